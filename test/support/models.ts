import { memoryFiles } from "../../src/model/source-opener.js";
import { openModel, type Model } from "../../src/model/open-model.js";
import type { TensorReader } from "../../src/model/tensor.js";
import { encodeSafetensors, type TensorToWrite } from "./encode-safetensors.js";

/** Opens a model whose files are in memory under `model/`. */
export function openFiles(files: ReadonlyMap<string, Uint8Array>, path = "model"): Promise<Model> {
  return openModel(memoryFiles(new Map([...files].map(([name, bytes]) => [`model/${name}`, bytes]))), path);
}

/** Opens one file in memory under its name. */
export function openFile(bytes: Uint8Array, name = "model.safetensors"): Promise<Model> {
  return openModel(memoryFiles(new Map([[name, bytes]])), name);
}

/** Opens tensors that are encoded as one safetensors file. */
export function openTensors(tensors: readonly TensorToWrite[]): Promise<Model> {
  return openFile(encodeSafetensors(tensors));
}

/** The numeric tensor of that name. */
export function tensorOf(model: Pick<Model, "tensors">, name: string): TensorReader {
  const tensor = model.tensors.find((candidate) => candidate.name === name);
  if (tensor === undefined || tensor.kind === "string") throw new Error(`no numeric tensor ${name}`);
  return tensor;
}

/** All values of a numeric tensor. */
export async function valuesOf(model: Pick<Model, "tensors">, name: string): Promise<number[]> {
  const tensor = tensorOf(model, name);
  return Array.from(await tensor.readValues(0, tensor.elementCount));
}
