/** A pivot below this part of its diagonal entry belongs to a direction that the others span already. */
const DEPENDENT = 1e-10;

/**
 * `L` with `L·Lᵀ = G` in the lower triangle of `gram`, in place (`size × size`, row-major, positive semidefinite). The row
 * and column of a dependent direction become zero, and `solveCholesky` leaves its unknown 0: a solution exists always. `whole`: the matrix of which `gram` is a part, so
 * that what is left of it by rounding counts as nothing.
 */
export function cholesky(gram: Float64Array, size: number, whole: Float64Array = gram.slice()): void {
  for (let j = 0; j < size; j++) {
    let pivot = gram[j * size + j] as number;
    for (let k = 0; k < j; k++) pivot -= (gram[j * size + k] as number) ** 2;
    const root = pivot > DEPENDENT * (whole[j * size + j] as number) ? Math.sqrt(pivot) : 0;
    gram[j * size + j] = root;
    if (root === 0) for (let k = 0; k < j; k++) gram[j * size + k] = 0;
    for (let i = j + 1; i < size; i++) {
      let sum = gram[i * size + j] as number;
      for (let k = 0; k < j; k++) sum -= (gram[i * size + k] as number) * (gram[j * size + k] as number);
      gram[i * size + j] = root === 0 ? 0 : sum / root;
    }
  }
}

/** The `x` with `L·Lᵀ·x = right`, over `right[at … at + size - 1]`. */
export function solveCholesky(lower: Float64Array, size: number, right: Float64Array, at: number): void {
  for (let i = 0; i < size; i++) {
    let sum = right[at + i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[i * size + k] as number) * (right[at + k] as number);
    const pivot = lower[i * size + i] as number;
    right[at + i] = pivot === 0 ? 0 : sum / pivot;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = right[at + i] as number;
    for (let k = i + 1; k < size; k++) sum -= (lower[k * size + i] as number) * (right[at + k] as number);
    const pivot = lower[i * size + i] as number;
    right[at + i] = pivot === 0 ? 0 : sum / pivot;
  }
}
