import type { IntVector } from "../kernels/backend.js";
import { sharedInt32 } from "../kernels/shared-array.js";
import { asInt32 } from "./tile-difference.js";

/** `R = 2^shift·Δ - A·B` of one tile. */
export interface RawResidual {
  /** As doubles: exact below 2^53, rounded once above. Entries that all fit are an `Int32Array`. */
  readonly values: IntVector;
  /** Exact at any entry. */
  readonly exactAt: (x: number) => bigint;
}

/** `R = Δ` of a rule without a rank bound: no copy of an `Int32Array`. */
export function plainResidual(delta: IntVector): RawResidual {
  const values = asInt32(delta) ?? delta;
  return { values, exactAt: (x) => BigInt(values[x] ?? 0) };
}

/**
 * `R` of one tile of a rank rule. `a`: the row panel's `n × rank`, `b`: the column panel's `rank × n`.
 *
 * `A·B` is computed in doubles, exactly: factors are below 2^(ell-1) <= 2^19 (the caller checks) and ranks at most 255, so
 * every partial sum is below 2^46. `2^shift·Δ` is exact, and so is a difference below 2^53: it is a whole number.
 */
export function rankResidual(
  n: number,
  rank: number,
  shift: number,
  delta: IntVector,
  a: Int32Array,
  b: Int32Array,
): RawResidual {
  const scale = 2 ** shift;
  const columns = Float64Array.from(b);
  const row = new Float64Array(n);
  const fill = (values: IntVector): boolean => {
    let [least, most] = [0, 0];
    for (let u = 0; u < n; u++) {
      multiplyRow(row, a, u * rank, rank, columns);
      const at = u * n;
      for (let v = 0; v < n; v++) {
        // Adding 0 turns -0 into 0.
        const value = (delta[at + v] as number) * scale - (row[v] as number) + 0;
        if (value < least) least = value;
        if (value > most) most = value;
        values[at + v] = value;
      }
    }
    return least >= -(2 ** 31) && most < 2 ** 31;
  };
  const exactAt = (x: number): bigint => {
    const [u, v] = [Math.floor(x / n), x % n];
    let product = 0;
    for (let k = 0; k < rank; k++) product += (a[u * rank + k] ?? 0) * (b[k * n + v] ?? 0);
    return (BigInt(delta[x] ?? 0) << BigInt(shift)) - BigInt(product);
  };
  const small = sharedInt32(n * n);
  if (fill(small)) return { values: small, exactAt };
  const large = new Float64Array(n * n);
  fill(large);
  return { values: large, exactAt };
}

/** `row[v] = Σ_k a[at + k]·columns[k·n + v]`: four factors a pass, which loads and stores the row once. */
function multiplyRow(row: Float64Array, a: Int32Array, at: number, rank: number, columns: Float64Array): void {
  const n = row.length;
  row.fill(0);
  let k = 0;
  for (; k + 4 <= rank; k += 4) {
    const a0 = a[at + k] as number;
    const a1 = a[at + k + 1] as number;
    const a2 = a[at + k + 2] as number;
    const a3 = a[at + k + 3] as number;
    if (a0 === 0 && a1 === 0 && a2 === 0 && a3 === 0) continue;
    const [c0, c1, c2, c3] = [k * n, (k + 1) * n, (k + 2) * n, (k + 3) * n];
    for (let v = 0; v < n; v++) {
      row[v] =
        (row[v] as number) +
        a0 * (columns[c0 + v] as number) +
        a1 * (columns[c1 + v] as number) +
        a2 * (columns[c2 + v] as number) +
        a3 * (columns[c3 + v] as number);
    }
  }
  for (; k < rank; k++) {
    const left = a[at + k] as number;
    if (left === 0) continue;
    for (let v = 0; v < n; v++) row[v] = (row[v] as number) + left * (columns[k * n + v] as number);
  }
}
