import type { TensorReader } from "../model/tensor.js";
import { unfit } from "./round.js";

/** Elements that are read at once: 2 MB as float64. */
export const CHUNK_ELEMENTS = 1 << 18;

/** The largest weight of a tensor. */
export interface Magnitude {
  readonly tensor: TensorReader;
  /** Largest absolute value; 0 for an empty tensor. */
  readonly maxAbs: number;
  /** The weight of that size, with its sign. */
  readonly weight: number;
  /** Its row-major index (the first of several). */
  readonly index: number;
}

/** Reads a whole tensor in chunks. Throws `InputError` for NaN and infinities, naming tensor and index. */
export async function measureMagnitude(tensor: TensorReader): Promise<Magnitude> {
  let maxAbs = 0;
  let weight = 0;
  let index = 0;
  for (let start = 0; start < tensor.elementCount; start += CHUNK_ELEMENTS) {
    const values = await tensor.readValues(start, Math.min(CHUNK_ELEMENTS, tensor.elementCount - start));
    for (let i = 0; i < values.length; i++) {
      const w = values[i] ?? NaN;
      const abs = Math.abs(w);
      if (!Number.isFinite(abs)) throw unfit(w, 0, { file: tensor.file, tensor: tensor.name, index: start + i });
      if (abs > maxAbs) {
        maxAbs = abs;
        weight = w;
        index = start + i;
      }
    }
  }
  return { tensor, maxAbs, weight, index };
}
