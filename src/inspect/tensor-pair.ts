import type { MatrixSource } from "../linalg/matrix-source.js";
import type { ModelTensor, TensorReader } from "../model/tensor.js";
import { CHUNK_ELEMENTS } from "../quantize/magnitude.js";

/** Whether two tensors of one name can be compared: they are of one kind and one shape. */
export function arePaired(before: ModelTensor, after: ModelTensor): boolean {
  return before.kind === after.kind && JSON.stringify(before.shape) === JSON.stringify(after.shape);
}

/** Visits both tensors of one shape, a chunk at a time. */
export async function eachChunk(
  base: TensorReader,
  tuned: TensorReader,
  visit: (before: Float64Array, after: Float64Array, start: number) => void,
): Promise<void> {
  for (let start = 0; start < base.elementCount; start += CHUNK_ELEMENTS) {
    const count = Math.min(CHUNK_ELEMENTS, base.elementCount - start);
    visit(await base.readValues(start, count), await tuned.readValues(start, count), start);
  }
}

/** A matrix that lies in both tensors in a row, from one of their elements on. */
export interface MatrixPlace {
  readonly rows: number;
  readonly cols: number;
  readonly start: number;
}

/** The difference of a matrix of two tensors, read by rows. Where either weight is of size `below` or more, or no number, it is zero. */
export function differenceMatrix(
  base: TensorReader,
  tuned: TensorReader,
  { rows, cols, start }: MatrixPlace,
  below = Infinity,
): MatrixSource {
  return {
    rows,
    cols,
    readRows: async (row, count) => {
      const before = await base.readValues(start + row * cols, count * cols);
      const after = await tuned.readValues(start + row * cols, count * cols);
      const change = new Float64Array(after.length);
      for (let i = 0; i < change.length; i++) {
        const w0 = before[i] as number;
        const w1 = after[i] as number;
        change[i] = Math.abs(w0) < below && Math.abs(w1) < below ? w1 - w0 : 0;
      }
      return change;
    },
  };
}
