import { combineColumns, normalColumns, orthonormalize, type Columns } from "../linalg/columns.js";
import type { FactorPair } from "./largest-residuals.js";
import type { SingularPart } from "./leading-part.js";

/** Turns that are tried; more find little. */
const TURNS = 24;

/**
 * Factors `A = c·U√Σ·Q` and `B = V√Σ·Q/c` of a part for rounding. The expected squared error of the product of rounded
 * factors is `(rows·‖B‖² + cols·‖A‖²)/12`, which no turn `Q` changes and `c = (rows/cols)^¼` makes least. The range of their
 * entries limits the shift: a turn spreads the large components over all of them.
 */
export function turnedFactors({ u, s, v }: SingularPart): FactorPair {
  const rank = s.length;
  const c = (usedLength(u) / Math.max(1, usedLength(v))) ** 0.25;
  const weighted = ({ length, width, values }: Columns, weight: number): Columns => ({
    length,
    width,
    values: values.map((value, i) => value * weight * Math.sqrt(s[i % rank] as number)),
  });
  const left = weighted(u, c);
  const right = weighted(v, c === 0 ? 0 : 1 / c);
  let best: FactorPair = { left, right };
  let least = largestOf(left) * largestOf(right);
  // Zero components stay apart: turned, they would make the columns dependent.
  const used = s.filter((size) => size > 0).length;
  for (let seed = 1; seed <= TURNS && used > 1; seed++) {
    const turn = randomTurn(rank, used, seed);
    const turned = { left: combineColumns(left, turn, rank), right: combineColumns(right, turn, rank) };
    const largest = largestOf(turned.left) * largestOf(turned.right);
    if (largest < least) [best, least] = [turned, largest];
  }
  return best;
}

/** An orthogonal `rank × rank` matrix that turns the first `used` components; row-major. */
function randomTurn(rank: number, used: number, seed: number): Float64Array {
  const columns = normalColumns(used, used, seed);
  orthonormalize(columns);
  const turn = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++) {
    if (i < used) turn.set(columns.values.subarray(i * used, (i + 1) * used), i * rank);
    else turn[i * rank + i] = 1;
  }
  return turn;
}

/** Largest magnitude; 0 of nothing. */
export function largestOf({ values }: Columns): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] as number));
  return largest;
}

/** Rows that are not zero: the others are padding, which rounds to what it is. */
export function usedLength({ length, width, values }: Columns): number {
  let used = 0;
  for (let row = 0; row < length; row++) {
    if (values.subarray(row * width, (row + 1) * width).some((value) => value !== 0)) used++;
  }
  return used;
}
