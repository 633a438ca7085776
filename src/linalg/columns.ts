/** Columns of numbers: `length` rows of `width`, row-major. */
export interface Columns {
  readonly length: number;
  readonly width: number;
  readonly values: Float64Array;
}

/** Standard normal numbers, the same for a seed: directions to look into, nothing secret. */
export function normalColumns(length: number, width: number, seed = 1): Columns {
  let state = seed >>> 0;
  // mulberry32: passes what random projections ask for, and gives the same numbers everywhere.
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const values = new Float64Array(length * width);
  for (let i = 0; i < values.length; i += 2) {
    // Box-Muller; 1 - u is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
  return { length, width, values };
}

/** A column that is shorter than this part of what it was is a combination of those before it. */
const DEPENDENT = 1e-12;

/**
 * Orthonormal columns that span the same space, in place, and the triangle that gives the old ones back: `old = new·R`,
 * `R` upper triangular, `width × width`, row-major. Dependent columns become zero, and so do their rows of `R`.
 *
 * Gram-Schmidt, each column twice: orthogonal to machine precision (Giraud et al., Numer. Math. 101, 2005).
 */
export function orthonormalize({ length, width, values }: Columns): Float64Array {
  const triangle = new Float64Array(width * width);
  const dots = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    const before = norm(values, length, width, j);
    for (let pass = 0; pass < 2; pass++) {
      dots.fill(0, 0, j);
      for (let row = 0, at = 0; row < length; row++, at += width) {
        const x = values[at + j] as number;
        for (let i = 0; i < j; i++) dots[i] = (dots[i] as number) + x * (values[at + i] as number);
      }
      for (let row = 0, at = 0; row < length; row++, at += width) {
        let x = values[at + j] as number;
        for (let i = 0; i < j; i++) x -= (dots[i] as number) * (values[at + i] as number);
        values[at + j] = x;
      }
      for (let i = 0; i < j; i++) triangle[i * width + j] = (triangle[i * width + j] as number) + (dots[i] as number);
    }
    const after = norm(values, length, width, j);
    const isDependent = after <= DEPENDENT * before;
    triangle[j * width + j] = isDependent ? 0 : after;
    const scale = isDependent ? 0 : 1 / after;
    for (let at = j; at < values.length; at += width) values[at] = (values[at] as number) * scale;
  }
  return triangle;
}

function norm(values: Float64Array, length: number, width: number, column: number): number {
  let sum = 0;
  for (let row = 0, at = column; row < length; row++, at += width) sum += (values[at] as number) ** 2;
  return Math.sqrt(sum);
}

/** `columns·matrix`: `matrix` is `width × count`, row-major. */
export function combineColumns({ length, width, values }: Columns, matrix: Float64Array, count: number): Columns {
  const combined = new Float64Array(length * count);
  for (let row = 0; row < length; row++) {
    for (let i = 0; i < width; i++) {
      const x = values[row * width + i] as number;
      if (x === 0) continue;
      for (let k = 0; k < count; k++) {
        combined[row * count + k] = (combined[row * count + k] as number) + x * (matrix[i * count + k] as number);
      }
    }
  }
  return { length, width: count, values: combined };
}
