import type { TensorReader } from "./tensor.js";

/** Values that are read at a time. */
const CHUNK_VALUES = 1 << 18;

/** Whether two tensors have the same shape and values, whatever dtypes they are stored in. A NaN equals nothing. */
export async function hasEqualValues(left: TensorReader, right: TensorReader): Promise<boolean> {
  if (String(left.shape) !== String(right.shape)) return false;
  for (let start = 0; start < left.elementCount; start += CHUNK_VALUES) {
    const count = Math.min(CHUNK_VALUES, left.elementCount - start);
    const [a, b] = [await left.readValues(start, count), await right.readValues(start, count)];
    if (!a.every((value, i) => value === b[i])) return false;
  }
  return true;
}
