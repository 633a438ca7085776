import { FormatError } from "../../errors/errors.js";
import { rankAndScale, type LoraConfig } from "./lora-config.js";
import type { LoraModule } from "./lora-module.js";
import { elementCountOf, type TensorReader } from "../tensor.js";

/** What an adapter's file holds for one module. */
export interface Factors {
  readonly a?: TensorReader;
  readonly b?: TensorReader;
  readonly magnitude?: TensorReader;
  readonly bias?: TensorReader;
  /** Whether A and B are those of an embedding; nothing before one of them was read. */
  readonly isEmbedding?: boolean;
}

/**
 * Reads a module's factors. Throws `FormatError` for a factor that is missing, for shapes that are not those of the rank that the
 * configuration says, and for norms of DoRA where the configuration says none, or none where it says some.
 */
export async function readFactors(
  path: string,
  module: string,
  { a, b, magnitude, bias, isEmbedding = false }: Factors,
  config: LoraConfig,
): Promise<LoraModule> {
  const label = `module ${JSON.stringify(module)}`;
  if (a === undefined || b === undefined) {
    throw new FormatError(path, `${label} has no lora_${a === undefined ? "A" : "B"}`, {
      remedy: "The adapter is damaged or incomplete.",
    });
  }
  const { rank, scale } = rankAndScale(config, module);
  const [rankOfA, ...inShape] = a.shape;
  const [outSize, rankOfB, ...window] = b.shape;
  const hasAxes = a.shape.length === b.shape.length && a.shape.length >= 2 && window.every((side) => side === 1);
  if (!hasAxes || rankOfA !== rank || rankOfB !== rank || outSize === undefined) {
    throw new FormatError(
      path,
      `${label}: lora_A is ${JSON.stringify(a.shape)} and lora_B ${JSON.stringify(b.shape)}, but the rank is ${rank}`,
      { remedy: `lora_A is rank × in and lora_B out × rank; the rank is from r and rank_pattern in ${config.path}.` },
    );
  }
  if ((magnitude !== undefined) !== config.isDora) {
    throw new FormatError(
      path,
      `${label} has ${magnitude === undefined ? "no lora_magnitude_vector" : "a lora_magnitude_vector"}, but use_dora is ${String(config.isDora)}`,
      { remedy: "The configuration is of another adapter, or the adapter is incomplete." },
    );
  }
  for (const [name, vector] of [
    ["lora_magnitude_vector", magnitude],
    ["lora_B.bias", bias],
  ] as const) {
    if (vector !== undefined && vector.elementCount !== outSize) {
      throw new FormatError(
        path,
        `${label}: ${name} is ${JSON.stringify(vector.shape)}, but there are ${outSize} outputs`,
        {
          remedy: "The adapter is damaged.",
        },
      );
    }
  }
  return {
    module,
    rank,
    scale,
    a: await readAll(a),
    b: await readAll(b),
    inSize: elementCountOf(inShape),
    outSize,
    isEmbedding,
    inShape,
    magnitude: magnitude === undefined ? undefined : await readAll(magnitude),
    bias: bias === undefined ? undefined : await readAll(bias),
  };
}

async function readAll(tensor: TensorReader): Promise<Float64Array> {
  return (await tensor.readValues(0, tensor.elementCount)).slice();
}
