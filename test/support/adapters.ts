import { FtiError } from "../../src/errors/errors.js";
import type { AskedOrientation } from "../../src/model/formats/lora-orientation.js";
import type { Model } from "../../src/model/open-model.js";
import { openModelOver } from "../../src/model/open-over-base.js";
import { memoryFiles, type SourceOpener } from "../../src/model/source-opener.js";
import { encodeSafetensors, type TensorToWrite } from "./encode-safetensors.js";
import { openTensors } from "./models.js";

export const f32 = (name: string, shape: readonly number[], values: readonly number[]): TensorToWrite => ({
  name,
  shape: [...shape],
  dtype: "F32",
  values: [...values],
});

/** A matrix of zeros. */
export const zeros = (name: string, ...shape: readonly number[]): TensorToWrite =>
  f32(
    name,
    shape,
    Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () => 0),
  );

/** A pair of factors of rank 1, as PEFT names them: A = [1, 10, 100, …], B = [1, -1, 1, …]. */
export function pairOf(module: string, inputs: number, outputs: number): readonly TensorToWrite[] {
  const a = Array.from({ length: inputs }, (_, i) => 10 ** i);
  const b = Array.from({ length: outputs }, (_, i) => (-1) ** i);
  return [
    f32(`base_model.model.${module}.lora_A.weight`, [1, inputs], a),
    f32(`base_model.model.${module}.lora_B.weight`, [outputs, 1], b),
  ];
}

/** An adapter's folder `lora` in memory: rank 1, scale 2 unless `config` says otherwise. */
export function adapterFiles(
  config: Readonly<Record<string, unknown>>,
  tensors: readonly TensorToWrite[],
): SourceOpener {
  const text = JSON.stringify({ peft_type: "LORA", r: 1, lora_alpha: 2, ...config });
  return memoryFiles(
    new Map([
      ["lora/adapter_config.json", new TextEncoder().encode(text)],
      ["lora/adapter_model.safetensors", encodeSafetensors(tensors)],
    ]),
  );
}

/** Opens an adapter over its base, both in memory. */
export async function openOver(
  base: readonly TensorToWrite[],
  tensors: readonly TensorToWrite[],
  config: Readonly<Record<string, unknown>> = {},
  orientations: readonly AskedOrientation[] = [],
): Promise<Model> {
  return openModelOver(adapterFiles(config, tensors), "lora", await openTensors(base), orientations);
}

/** The message of the `FtiError` that work ends with. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work.then(
    () => new Error("was not refused"),
    (error: unknown) => error,
  );
  if (thrown instanceof FtiError) return thrown.message;
  throw thrown;
}
