import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { multiplyBlocks, multiplyBlocksTransposed, type BlockMatrix } from "../linalg/block-matrix.js";
import { combineColumns, normalColumns, orthonormalize, type Columns } from "../linalg/columns.js";
import type { FactorPair } from "./largest-residuals.js";
import type { MaskedEntries } from "../difference/masked-entries.js";

/** `u·diag(s)·vᵀ`: orthonormal columns, `s` descending. */
export interface SingularPart {
  readonly u: Columns;
  readonly s: Float64Array;
  readonly v: Columns;
}

const OVERSAMPLING = 8;

/**
 * The best approximation of a matrix by one of that rank, where masked entries are replaced by those of `fit`; by random
 * projections with power iterations (Halko, Martinsson, Tropp, arXiv 0909.4061), which begin at `fit`. Deterministic.
 */
export function leadingPart(
  matrix: BlockMatrix,
  mask: MaskedEntries,
  fit: FactorPair | undefined,
  rank: number,
  powerIterations: number,
): SingularPart {
  const changes = changesAt(mask, fit);
  const width = Math.min(matrix.rows, matrix.cols, rank + OVERSAMPLING);
  let right = normalColumns(matrix.cols, width);
  if (fit !== undefined) copyColumns(fit.right, right);
  for (let i = 0; ; i++) {
    const left = multiplyBlocks(matrix, right);
    addSparse(left, mask.rows, mask.cols, changes, right);
    orthonormalize(left);
    right = multiplyBlocksTransposed(matrix, left);
    addSparse(right, mask.cols, mask.rows, changes, left);
    if (i === powerIterations) return truncate(singularPart({ left: right, right: left }), rank);
    orthonormalize(right);
  }
}

/** The singular part of `left·rightᵀ`. The columns of `right` are orthonormal, those of `left` are written over. */
export function singularPart({ left, right }: FactorPair): SingularPart {
  const { width } = left;
  const triangle = orthonormalize(left);
  const small = new SingularValueDecomposition(Matrix.from1DArray(width, width, triangle));
  const rotate = (columns: Columns, by: Matrix): Columns =>
    combineColumns(columns, Float64Array.from(by.to1DArray()), width);
  return {
    u: rotate(left, small.leftSingularVectors),
    s: Float64Array.from(small.diagonal),
    v: rotate(right, small.rightSingularVectors),
  };
}

/** What is added to a matrix at its masked entries to have the fit's there. */
function changesAt({ rows, cols, values }: MaskedEntries, fit: FactorPair | undefined): Float64Array {
  return values.map((value, i) => {
    let fitted = 0;
    if (fit !== undefined) {
      const { width } = fit.left;
      for (let k = 0; k < width; k++) {
        const left = fit.left.values[(rows[i] as number) * width + k] as number;
        fitted += left * (fit.right.values[(cols[i] as number) * width + k] as number);
      }
    }
    return fitted - value;
  });
}

/** `product += S·x` for a sparse `S`. */
function addSparse(product: Columns, rows: Uint32Array, cols: Uint32Array, values: Float64Array, x: Columns): void {
  const { width } = x;
  for (let i = 0; i < values.length; i++) {
    const to = (rows[i] as number) * width;
    const from = (cols[i] as number) * width;
    for (let k = 0; k < width; k++) {
      product.values[to + k] =
        (product.values[to + k] as number) + (values[i] as number) * (x.values[from + k] as number);
    }
  }
}

function copyColumns(from: Columns, to: Columns): void {
  const width = Math.min(from.width, to.width);
  for (let row = 0; row < to.length; row++) {
    for (let k = 0; k < width; k++) {
      to.values[row * to.width + k] = from.values[row * from.width + k] as number;
    }
  }
}

/** The first triples, in the order of the other side: `left` and `right` had changed places. */
function truncate({ u, s, v }: SingularPart, rank: number): SingularPart {
  const first = ({ length, width, values }: Columns): Columns => {
    const taken = new Float64Array(length * rank);
    for (let row = 0; row < length; row++) {
      for (let k = 0; k < Math.min(rank, width); k++) taken[row * rank + k] = values[row * width + k] as number;
    }
    return { length, width: rank, values: taken };
  };
  return { u: first(v), s: Float64Array.from({ length: rank }, (_, k) => s[k] ?? 0), v: first(u) };
}
