import type { SparseMask } from "../kernels/backend.js";
import { sharedInt32 } from "../kernels/shared-array.js";

/** The mask polynomial `b_T`, entry by entry: 1 at the mask's positions, else 0. */
export function denseMask(length: number, { positions }: SparseMask): Int32Array {
  const vector = sharedInt32(length);
  for (const position of positions) vector[position] = 1;
  return vector;
}
