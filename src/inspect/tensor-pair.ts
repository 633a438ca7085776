import type { MatrixSource } from "../linalg/matrix-source.js";
import type { TensorReader } from "../model/tensor.js";
import { CHUNK_ELEMENTS } from "../quantize/magnitude.js";
import { matrixView } from "../quantize/layout.js";

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

/** The difference of two tensors as the matrix that they are seen as, read by rows. */
export function differenceMatrix(base: TensorReader, tuned: TensorReader, rowAxes: number): MatrixSource {
  const [rows, cols] = matrixView(base.shape, rowAxes);
  return {
    rows,
    cols,
    readRows: async (start, count) => {
      const before = await base.readValues(start * cols, count * cols);
      const after = await tuned.readValues(start * cols, count * cols);
      return after.map((weight, i) => weight - (before[i] as number));
    },
  };
}
