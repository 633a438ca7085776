import type { TensorReader } from "../tensor.js";

const CHUNK = 1 << 18;

/** Whether two tensors of one size hold the same numbers. Reads both up to the first that differs. */
export async function haveSameValues(a: TensorReader, b: TensorReader): Promise<boolean> {
  if (a.elementCount !== b.elementCount) return false;
  for (let start = 0; start < a.elementCount; start += CHUNK) {
    const count = Math.min(CHUNK, a.elementCount - start);
    const [x, y] = [await a.readValues(start, count), await b.readValues(start, count)];
    // NaN equals itself here.
    if (!x.every((value, i) => Object.is(value, y[i]) || value === y[i])) return false;
  }
  return true;
}
