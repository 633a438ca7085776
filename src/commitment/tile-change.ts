/** How one tile differs from another. */
export interface TileChange {
  /** Entries that differ. */
  readonly changed: number;
  /** Whether committing to the difference takes clearly less time than to the tile itself. */
  readonly isCheap: boolean;
}

/** A multi-scalar multiplication leaves out zeros, and takes time by the bits of the largest entry; a window has some. */
const LEAST_BITS = 8;

/** Compares tiles of equal length in one pass. Differences need 32 bits at most to be cheap. */
export function compareTiles(from: Int32Array, to: Int32Array): TileChange {
  let changed = 0;
  let nonzeros = 0;
  let largestChange = 0;
  let largest = 0;
  for (let x = 0; x < to.length; x++) {
    const entry = to[x] as number;
    const change = entry - (from[x] as number);
    if (change !== 0) {
      changed++;
      largestChange = Math.max(largestChange, Math.abs(change));
    }
    if (entry !== 0) {
      nonzeros++;
      largest = Math.max(largest, Math.abs(entry));
    }
  }
  const cost = (count: number, most: number): number => count * Math.max(LEAST_BITS, Math.log2(most + 1));
  return { changed, isCheap: largestChange < 2 ** 31 && cost(changed, largestChange) < 0.75 * cost(nonzeros, largest) };
}
