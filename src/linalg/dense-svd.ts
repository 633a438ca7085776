import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix";

/** The leading part of a matrix: `u` rows×rank and `v` cols×rank, row-major, `s` descending. */
export interface LeadingPart {
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
}

/** More columns than the rank are projected, and so often; arXiv 0909.4061 needs neither more. */
const OVERSAMPLING = 8;
const POWER_ITERATIONS = 3;

/**
 * The best approximation of a row-major `rows × cols` matrix by one of that rank, by random projections with power
 * iterations (Halko, Martinsson, Tropp, arXiv 0909.4061). Deterministic.
 */
export function leadingPart(values: Float64Array, rows: number, cols: number, rank: number): LeadingPart {
  const width = Math.min(rows, cols, rank + OVERSAMPLING);
  let basis = randomMatrix(cols, width);
  for (let i = 0; i <= POWER_ITERATIONS; i++) {
    const image = orthonormal(times(values, rows, cols, basis, width), rows, width);
    const back = timesTransposed(values, rows, cols, image, width);
    if (i < POWER_ITERATIONS) {
      basis = orthonormal(back, cols, width);
      continue;
    }
    const svd = new SingularValueDecomposition(asMatrix(back, cols, width), { autoTranspose: true });
    const left = svd.rightSingularVectors;
    const right = svd.leftSingularVectors;
    const found = Math.min(rank, width);
    const u = new Float64Array(rows * rank);
    const v = new Float64Array(cols * rank);
    for (let k = 0; k < found; k++) {
      for (let row = 0; row < rows; row++) {
        let sum = 0;
        for (let j = 0; j < width; j++) sum += (image[row * width + j] as number) * left.get(j, k);
        u[row * rank + k] = sum;
      }
      for (let col = 0; col < cols; col++) v[col * rank + k] = right.get(col, k);
    }
    return { u, s: Float64Array.from({ length: rank }, (_, k) => svd.diagonal[k] ?? 0), v };
  }
  throw new RangeError("unreachable");
}

/** All singular values of a row-major matrix, descending. */
export function singularValues(values: Float64Array, rows: number, cols: number): number[] {
  const svd = new SingularValueDecomposition(asMatrix(values, rows, cols), {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  });
  return svd.diagonal;
}

/** `M·X`: rows × width. */
function times(values: Float64Array, rows: number, cols: number, x: Float64Array, width: number): Float64Array {
  const product = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const value = values[row * cols + col] as number;
      if (value === 0) continue;
      for (let j = 0; j < width; j++) {
        product[row * width + j] = (product[row * width + j] as number) + value * (x[col * width + j] as number);
      }
    }
  }
  return product;
}

/** `Mᵀ·X`: cols × width. */
function timesTransposed(
  values: Float64Array,
  rows: number,
  cols: number,
  x: Float64Array,
  width: number,
): Float64Array {
  const product = new Float64Array(cols * width);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const value = values[row * cols + col] as number;
      if (value === 0) continue;
      for (let j = 0; j < width; j++) {
        product[col * width + j] = (product[col * width + j] as number) + value * (x[row * width + j] as number);
      }
    }
  }
  return product;
}

function orthonormal(values: Float64Array, rows: number, cols: number): Float64Array {
  const q = new QrDecomposition(asMatrix(values, rows, cols)).orthogonalMatrix;
  return Float64Array.from({ length: rows * cols }, (_, i) => q.get(Math.floor(i / cols), i % cols));
}

function asMatrix(values: Float64Array, rows: number, cols: number): Matrix {
  return Matrix.from1DArray(rows, cols, Array.from(values));
}

/** Entries in ±1 from a fixed seed (mulberry32). */
function randomMatrix(rows: number, cols: number): Float64Array {
  let state = 0x5eed;
  return Float64Array.from({ length: rows * cols }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}
