import { FR_ORDER } from "../../protocol/constants.js";

/** How scalars are cut into windows of `windowBits` bits; the last takes what is left above. */
export interface WindowPlan {
  readonly windowBits: number;
  readonly windows: number;
  /** Added to a scalar so that a window's digit does not depend on those below. */
  readonly offset: bigint;
  /** Bounds of the digits' magnitudes: in all windows but the last, in the last. */
  readonly largestDigit: number;
  readonly largestLast: number;
}

/** What a window costs besides, in additions: its part of small batches, and the sums that bigints add up. */
const WINDOW_COST = 150;
const MAX_WINDOW_BITS = 17;

/** Windows for `nonzeros` integers of magnitude at most `largest` (above 0). */
export function planIntegers(nonzeros: number, largest: bigint): WindowPlan {
  return cheapest(nonzeros, largest, -largest);
}

/** Windows for field elements. */
export function planElements(nonzeros: number): WindowPlan {
  return cheapest(nonzeros, FR_ORDER - 1n, 0n);
}

function cheapest(nonzeros: number, largest: bigint, smallest: bigint): WindowPlan {
  let best: WindowPlan | undefined;
  let bestCost = Infinity;
  const magnitudeBits = largest.toString(2).length;
  for (let windowBits = 2; windowBits <= MAX_WINDOW_BITS + 1; windowBits++) {
    for (const windows of [Math.floor(magnitudeBits / windowBits), Math.ceil((magnitudeBits + 1) / windowBits)]) {
      if (windows < 1) continue;
      const plan = planOf(windowBits, windows, largest, smallest);
      if (plan.largestLast > 2 ** MAX_WINDOW_BITS) continue;
      const cost = costOf(plan, nonzeros);
      if (cost < bestCost) [best, bestCost] = [plan, cost];
    }
  }
  if (best === undefined) throw new RangeError(`msm: no windows for scalars up to ${largest}`);
  return best;
}

function planOf(windowBits: number, windows: number, largest: bigint, smallest: bigint): WindowPlan {
  const width = BigInt(windowBits);
  let offset = 0n;
  for (let w = 0n; w < windows - 1; w++) offset |= 1n << (width * w + width - 1n);
  const shift = width * BigInt(windows - 1);
  const top = (largest + offset) >> shift;
  const bottom = -((smallest + offset) >> shift);
  const largestLast = Number(top > bottom ? top : bottom);
  return { windowBits, windows, offset, largestDigit: windows === 1 ? 0 : 2 ** (windowBits - 1), largestLast };
}

/**
 * Additions. Summing n points takes n - 1, and a bucket's sum goes to a row and a column: one a point and one a bucket
 * that is not empty. Rows and columns then go to half of the bits.
 */
function costOf({ windows, largestDigit, largestLast }: WindowPlan, nonzeros: number): number {
  const window = (buckets: number): number => {
    const used = buckets * (1 - Math.exp(-nonzeros / buckets));
    const bits = Math.log2(buckets + 1);
    return nonzeros + used + Math.min(used, 2 ** (bits / 2)) * (bits / 2) + WINDOW_COST;
  };
  return (windows === 1 ? 0 : (windows - 1) * window(largestDigit)) + window(largestLast);
}
