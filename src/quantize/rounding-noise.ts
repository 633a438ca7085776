import { floatFormatOf, unitInLastPlace, type FloatFormat } from "../model/float-format.js";
import type { TensorReader } from "../model/tensor.js";
import { CHUNK_ELEMENTS } from "./magnitude.js";

/** Variance of an error that is uniform over an interval of length 1. */
const UNIFORM = 1 / 12;
/** A difference has two quantized ends. */
const QUANTISATIONS = 2;

/**
 * Expected `Σ` of squared errors, in squared units of `2^-f`, of a difference of weights that were rounded once to a float
 * format (uniform in ±half a unit in the last place) and then, both ends, to multiples of `2^-f`. The errors are taken
 * for independent. Without a format the stored weights are exact. An estimate from above where a format is so coarse that
 * its numbers are multiples of `2^-f` already.
 */
export function noiseOfWeights(weights: Float64Array, fractionBits: number, format: FloatFormat | undefined): number {
  const scale = 2 ** fractionBits;
  let noise = QUANTISATIONS * UNIFORM * weights.length;
  if (format === undefined) return noise;
  for (let i = 0; i < weights.length; i++) {
    noise += UNIFORM * (unitInLastPlace(weights[i] as number, format) * scale) ** 2;
  }
  return noise;
}

/** The same of a whole tensor of a fine-tune, in the format that it is stored in or in `format`. Reads it in chunks. */
export async function expectedNoise(
  tensor: TensorReader,
  fractionBits: number,
  format: FloatFormat | undefined = floatFormatOf(tensor.dtype),
): Promise<number> {
  let noise = 0;
  for (let start = 0; start < tensor.elementCount; start += CHUNK_ELEMENTS) {
    const weights = await tensor.readValues(start, Math.min(CHUNK_ELEMENTS, tensor.elementCount - start));
    noise += noiseOfWeights(weights, fractionBits, format);
  }
  return noise;
}
