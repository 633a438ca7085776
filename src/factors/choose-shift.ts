import { MAX_SHIFT } from "../protocol/constants.js";
import type { Tier } from "../protocol/tiers.js";
import type { RealFactors } from "./real-factors.js";
import { largestShift } from "./round-factors.js";
import { usedLength } from "./turned-factors.js";

/** Rounding the factors may add so much of the noise, squared. */
const ROUNDING_SHARE = 0.05;

/**
 * The smallest shift at which rounding the factors adds little to the noise, or the largest at which factors and what they
 * leave lie in the tier's range, if that is smaller: from 0 to 40. Rounding costs about `√(rows·cols)·2^s·N/6` squared units
 * of `2^-(f + s)`, `N` the sum of the singular values; the noise grows with `4^s`. Once the factors are rounded, what they
 * leave may be a little larger: the caller looks.
 *
 * `noise`: expected `Σ` of squared rounding errors of the change, in squared units of `2^-f` (`expectedNoise`).
 */
export function chooseShift(tier: Tier, { part, largest }: RealFactors, noise: number): number {
  const nuclear = part.s.reduce((sum, value) => sum + value, 0);
  const cost = (Math.sqrt(usedLength(part.u) * usedLength(part.v)) * nuclear) / 6;
  const wanted = cost === 0 ? 0 : Math.ceil(Math.log2(cost / (ROUNDING_SHARE * noise)));
  const forRest = largest === 0 ? Infinity : Math.floor(Math.log2((tier.tileSize / 2 - 1) / largest));
  return Math.max(0, Math.min(MAX_SHIFT, wanted, largestShift(tier, part), forRest));
}
