import { cholesky, solveCholesky } from "../linalg/cholesky.js";
import type { Columns } from "../linalg/columns.js";
import { multiplyBlocks, multiplyBlocksTransposed, type BlockMatrix } from "../linalg/block-matrix.js";
import { groupEntries, type MaskedEntries } from "../difference/masked-entries.js";

/** The left factor `L` that is best for a right one: least `Σ (scale·M - L·rightᵀ)²` outside the mask. */
export function bestLeft(matrix: BlockMatrix, mask: MaskedEntries, right: Columns, scale = 1): Columns {
  return leastSquares(multiplyBlocks(matrix, right), right, mask.rows, mask.cols, mask.values, scale);
}

/** The right factor that is best for a left one. */
export function bestRight(matrix: BlockMatrix, mask: MaskedEntries, left: Columns, scale = 1): Columns {
  return leastSquares(multiplyBlocksTransposed(matrix, left), left, mask.cols, mask.rows, mask.values, scale);
}

/**
 * Solves the normal equations of every row. Rows without masked entries share one matrix; in the others the masked entries
 * are taken out of both sides. `products`: the matrix times `basis`, written over; `scale` multiplies the matrix.
 */
function leastSquares(
  products: Columns,
  basis: Columns,
  own: Uint32Array,
  other: Uint32Array,
  values: Float64Array,
  scale: number,
): Columns {
  const { length, width, values: right } = products;
  const gram = gramOf(basis);
  const shared = gram.slice();
  cholesky(shared, width, gram);
  const { starts, order } = groupEntries(own, length);
  const reduced = new Float64Array(width * width);
  for (let row = 0; row < length; row++) {
    const at = row * width;
    const first = starts[row] as number;
    const end = starts[row + 1] as number;
    if (first === end) {
      solveCholesky(shared, width, right, at);
    } else {
      reduced.set(gram);
      for (let i = first; i < end; i++) {
        const entry = order[i] as number;
        const from = (other[entry] as number) * width;
        const value = values[entry] as number;
        for (let k = 0; k < width; k++) {
          const x = basis.values[from + k] as number;
          right[at + k] = (right[at + k] as number) - value * x;
          for (let l = 0; l < width; l++) {
            const cell = k * width + l;
            reduced[cell] = (reduced[cell] as number) - x * (basis.values[from + l] as number);
          }
        }
      }
      cholesky(reduced, width, gram);
      solveCholesky(reduced, width, right, at);
    }
    if (scale !== 1) for (let k = at; k < at + width; k++) right[k] = (right[k] as number) * scale;
  }
  return products;
}

/** `basisᵀ·basis`. */
function gramOf({ length, width, values }: Columns): Float64Array {
  const gram = new Float64Array(width * width);
  for (let row = 0, at = 0; row < length; row++, at += width) {
    for (let k = 0; k < width; k++) {
      const x = values[at + k] as number;
      if (x === 0) continue;
      for (let l = 0; l < width; l++) {
        gram[k * width + l] = (gram[k * width + l] as number) + x * (values[at + l] as number);
      }
    }
  }
  return gram;
}
