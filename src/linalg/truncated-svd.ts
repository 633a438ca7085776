import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { combineColumns, normalColumns, orthonormalize, type Columns } from "./columns.js";
import { mapOfSource, type LinearMap } from "./linear-map.js";
import type { MatrixSource } from "./matrix-source.js";

/** The leading singular triples of a matrix. */
export interface TruncatedSvd {
  readonly rank: number;
  /** Left singular vectors, `rows × rank`, row-major. */
  readonly u: Float64Array;
  /** Singular values, descending. */
  readonly s: Float64Array;
  /** Right singular vectors, `cols × rank`, row-major. */
  readonly v: Float64Array;
}

export interface TruncatedSvdOptions {
  /** Directions beside the rank that are followed, which makes the leading ones precise. */
  readonly oversampling?: number;
  /** Products with the matrix and its transpose; each brings the rest down by the square of its ratio to the leading part. */
  readonly powerIterations?: number;
  /** Right singular vectors to begin with, such as those of a similar matrix, instead of random directions. */
  readonly start?: Columns;
}

const OVERSAMPLING = 8;
const POWER_ITERATIONS = 3;

/**
 * The best approximation of a matrix by one of that rank, by random projections with power iterations (Halko, Martinsson
 * and Tropp, arXiv 0909.4061, algorithm 4.4). Reads the matrix `2 + 2·powerIterations` times; the same result every time.
 * With fewer rows or columns than `rank`, the rest is zeros.
 */
export async function truncatedSvd(
  matrix: MatrixSource,
  rank: number,
  options: TruncatedSvdOptions = {},
): Promise<TruncatedSvd> {
  return truncatedSvdOfMap(mapOfSource(matrix), rank, options);
}

/** `truncatedSvd` of a matrix that is known by its products. */
export async function truncatedSvdOfMap(
  map: LinearMap,
  rank: number,
  { oversampling = OVERSAMPLING, powerIterations = POWER_ITERATIONS, start }: TruncatedSvdOptions = {},
): Promise<TruncatedSvd> {
  const { rows, cols } = map;
  const width = Math.min(rows, cols, rank + oversampling);
  let left = await map.apply(withRandomColumns(start, cols, width));
  orthonormalize(left);
  for (let i = 0; i < powerIterations; i++) {
    const right = await map.applyTransposed(left);
    orthonormalize(right);
    left = await map.apply(right);
    orthonormalize(left);
  }
  // M ≈ Q·Bᵀ with B = Mᵀ·Q = Q₂·R, so that the singular values are those of the small R.
  const right = await map.applyTransposed(left);
  const triangle = orthonormalize(right);
  const small = new SingularValueDecomposition(Matrix.from1DArray(width, width, triangle));
  // B = (Q₂·U_R)·S·V_Rᵀ and M = Q·Bᵀ: left vectors are Q·V_R, right ones Q₂·U_R.
  const found = Math.min(rank, width);
  const leading = (vectors: Matrix): Float64Array =>
    Float64Array.from({ length: width * found }, (_, x) => vectors.get(Math.floor(x / found), x % found));
  const u = combineColumns(left, leading(small.rightSingularVectors), found);
  const v = combineColumns(right, leading(small.leftSingularVectors), found);
  const s = Float64Array.from({ length: rank }, (_, k) => (k < found ? (small.diagonal[k] ?? 0) : 0));
  return { rank, u: widen(u, rank), s, v: widen(v, rank) };
}

function withRandomColumns(start: Columns | undefined, length: number, width: number): Columns {
  const columns = normalColumns(length, width);
  if (start === undefined) return columns;
  const taken = Math.min(start.width, width);
  for (let row = 0; row < length; row++) {
    for (let k = 0; k < taken; k++) columns.values[row * width + k] = start.values[row * start.width + k] as number;
  }
  return columns;
}

/** Appends columns of zeros. */
function widen({ length, width, values }: Columns, to: number): Float64Array {
  if (width === to) return values;
  const wide = new Float64Array(length * to);
  for (let row = 0; row < length; row++) wide.set(values.subarray(row * width, (row + 1) * width), row * to);
  return wide;
}
