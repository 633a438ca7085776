import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix";
import type { Dense } from "./dense.js";

/** The leading part of a matrix: `u` rows×rank and `v` cols×rank, row-major, `s` descending. */
export interface LeadingPart {
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
  /** Where a search in a matrix that is little different may start. */
  readonly basis: Float64Array;
}

/** More columns than the rank are projected, and so often; arXiv 0909.4061 needs neither more. */
const OVERSAMPLING = 8;
const POWER_ITERATIONS = 3;

/**
 * The best approximation of a matrix by one of that rank, by random projections with power iterations (Halko,
 * Martinsson, Tropp, arXiv 0909.4061). Deterministic. `start`: the basis of a similar matrix, which saves iterations.
 */
export function leadingPart(matrix: Dense, rank: number, start?: Float64Array): LeadingPart {
  const { rows, cols } = matrix;
  const width = Math.min(rows, cols, rank + OVERSAMPLING);
  let basis = start ?? randomEntries(cols * width);
  let image = orthonormal(times(matrix, basis, width), rows, width);
  for (let i = start === undefined ? 0 : POWER_ITERATIONS; i < POWER_ITERATIONS; i++) {
    basis = orthonormal(timesTransposed(matrix, image, width), cols, width);
    image = orthonormal(times(matrix, basis, width), rows, width);
  }
  const back = timesTransposed(matrix, image, width);
  const svd = new SingularValueDecomposition(asMatrix(back, cols, width), { autoTranspose: true });
  const [left, right] = [svd.rightSingularVectors, svd.leftSingularVectors];
  const u = new Float64Array(rows * rank);
  const v = new Float64Array(cols * rank);
  for (let k = 0; k < Math.min(rank, width); k++) {
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += (image[row * width + j] as number) * left.get(j, k);
      u[row * rank + k] = sum;
    }
    for (let col = 0; col < cols; col++) v[col * rank + k] = right.get(col, k);
  }
  const s = Float64Array.from({ length: rank }, (_, k) => svd.diagonal[k] ?? 0);
  return { u, s, v, basis: orthonormal(back, cols, width) };
}

/** `M·X`: rows × width. */
function times({ rows, cols, values }: Dense, x: Float64Array, width: number): Float64Array {
  const product = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const out = row * width;
    for (let col = 0; col < cols; col++) {
      const value = values[row * cols + col] as number;
      const at = col * width;
      for (let j = 0; j < width; j++) product[out + j] = (product[out + j] as number) + value * (x[at + j] as number);
    }
  }
  return product;
}

/** `Mᵀ·X`: cols × width. */
function timesTransposed({ rows, cols, values }: Dense, x: Float64Array, width: number): Float64Array {
  const product = new Float64Array(cols * width);
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    for (let col = 0; col < cols; col++) {
      const value = values[row * cols + col] as number;
      const out = col * width;
      for (let j = 0; j < width; j++) product[out + j] = (product[out + j] as number) + value * (x[at + j] as number);
    }
  }
  return product;
}

/** An orthonormal basis of the columns; of a matrix of zeros, unit vectors. */
export function orthonormal(values: Float64Array, rows: number, cols: number): Float64Array {
  const q = new QrDecomposition(asMatrix(values, rows, cols)).orthogonalMatrix;
  const basis = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++) for (let col = 0; col < cols; col++) basis[row * cols + col] = q.get(row, col);
  return basis;
}

function asMatrix(values: Float64Array, rows: number, cols: number): Matrix {
  const matrix = new Matrix(rows, cols);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) matrix.set(row, col, values[row * cols + col] as number);
  }
  return matrix;
}

/** Numbers in ±1, the same for a seed (mulberry32). */
export function randomEntries(count: number, seed = 0x5eed): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}
