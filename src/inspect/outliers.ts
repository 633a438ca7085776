import { EXPONENTS } from "./rounding-steps.js";
import type { ValuePass } from "./value-pass.js";

/** So few weights may be outliers. */
const MOST_SHARE = 0.002;
/** Outliers are at least 2^5 times as large as what is left: the tails of trained weights are denser than that. */
const GAP = 5;

/** Weights that are so much larger than all others of their tensor that no sum of squares shows anything beside them. */
export interface Outliers {
  readonly count: number;
  /** Weights of at least this size are outliers, in either model. */
  readonly from: number;
  /** Their stored exponent, as float64. */
  readonly exponent: number;
}

/** The outliers of a tensor, if it has some. */
export function findOutliers({ counts }: ValuePass): Outliers | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = Math.max(1, Math.floor(MOST_SHARE * total));
  let [above, seen] = [0, EXPONENTS];
  for (let exponent = EXPONENTS - 1; exponent > 0; exponent--) {
    const count = counts[exponent] as number;
    if (count === 0) continue;
    // Everything so far is above an empty stretch.
    if (above > 0 && seen - exponent > GAP) return { count: above, from: 2 ** (seen - 1023), exponent: seen };
    above += count;
    if (above > most) return undefined;
    seen = exponent;
  }
  return undefined;
}

/** Sums over a tensor's weights up to its outliers. */
export function sumBelow(bins: Float64Array, outliers: Outliers | undefined): number {
  let sum = 0;
  for (let exponent = 0; exponent < (outliers?.exponent ?? EXPONENTS); exponent++) sum += bins[exponent] as number;
  return sum;
}
