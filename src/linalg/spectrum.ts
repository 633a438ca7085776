import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { orthonormalize, type Columns } from "./columns.js";
import type { MatrixSource } from "./matrix-source.js";
import { truncatedSvd } from "./truncated-svd.js";

/** Singular values of a matrix. */
export interface Spectrum {
  /** Descending. */
  readonly values: Float64Array;
  /** Whether these are all. */
  readonly isComplete: boolean;
  /** Sum of squares of all entries, which is that of all singular values. */
  readonly frobeniusSq: number;
}

/**
 * All singular values if the smaller side is at most `most`, else the `most` largest. In the first case the matrix is
 * in memory as a whole. Small values are right to about 2^-50 of the largest: rounding noise of float32 can be told.
 */
export async function spectrum(matrix: MatrixSource, most: number): Promise<Spectrum> {
  const { rows, cols } = matrix;
  const frobeniusSq = await sumSquares(matrix);
  const side = Math.min(rows, cols);
  if (side > most) {
    const { s } = await truncatedSvd(matrix, most, { oversampling: Math.ceil(most / 4) });
    return { values: s, isComplete: false, frobeniusSq };
  }
  const all = await matrix.readRows(0, rows);
  const tall: Columns =
    rows >= cols
      ? { length: rows, width: cols, values: all }
      : { length: cols, width: rows, values: transpose(all, rows, cols) };
  const triangle = orthonormalize(tall);
  const svd = new SingularValueDecomposition(Matrix.from1DArray(side, side, triangle), {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return { values: Float64Array.from(svd.diagonal), isComplete: true, frobeniusSq };
}

/** How many singular values are above a threshold, such as the largest that rounding noise can have. */
export function numericalRank({ values }: Spectrum, threshold: number): number {
  const below = values.findIndex((value) => value <= threshold);
  return below < 0 ? values.length : below;
}

const ROWS_AT_ONCE = 256;

async function sumSquares(matrix: MatrixSource): Promise<number> {
  let sum = 0;
  for (let start = 0; start < matrix.rows; start += ROWS_AT_ONCE) {
    const values = await matrix.readRows(start, Math.min(ROWS_AT_ONCE, matrix.rows - start));
    for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  }
  return sum;
}

function transpose(values: Float64Array, rows: number, cols: number): Float64Array {
  const transposed = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) transposed[col * rows + row] = values[row * cols + col] as number;
  }
  return transposed;
}
