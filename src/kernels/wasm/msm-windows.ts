/** Windows of signed digits: `count` of them, `bits` wide. */
export interface Windows {
  readonly bits: number;
  readonly count: number;
}

/** Scalars of this many bits (and a sign) at most are below the order of either field. */
export const FULL_BITS = 254;

const MAX_WINDOW_BITS = 17;
/** The sums that end a window, in additions of a batch: they are made one by one, with native bigints. */
const WINDOW_OVERHEAD = 3000;

/** What is added to every scalar so that all digits can be read off: `Σ_w 2^(bits-1)·2^(bits·w)`. */
export function windowBias({ bits, count }: Windows): bigint {
  let bias = 0n;
  for (let w = 0; w < count; w++) bias += 1n << BigInt(bits * w + bits - 1);
  return bias;
}

/** Whether all integers from `-magnitude` to `magnitude` have digits in these windows. */
function holds(windows: Windows, magnitude: bigint): boolean {
  const bias = windowBias(windows);
  return magnitude <= bias && magnitude + bias < 1n << BigInt(windows.bits * windows.count);
}

/**
 * The windows with the fewest additions for `nonzeros` scalars up to `magnitude`: every window adds all scalars to
 * their buckets and then the `2^(bits-1)` buckets twice, by rows and by columns.
 */
export function chooseWindows(nonzeros: number, magnitude: bigint): Windows {
  const magnitudeBits = magnitude.toString(2).length;
  let best: Windows | undefined;
  let bestCost = Infinity;
  for (let bits = 2; bits <= MAX_WINDOW_BITS; bits++) {
    let count = Math.max(1, Math.ceil(magnitudeBits / bits));
    while (!holds({ bits, count }, magnitude)) count++;
    const cost = count * (nonzeros + 2 ** bits + WINDOW_OVERHEAD);
    if (cost < bestCost) [best, bestCost] = [{ bits, count }, cost];
  }
  if (best === undefined) throw new RangeError("chooseWindows: no windows");
  return best;
}
