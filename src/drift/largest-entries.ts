import type { IntVector } from "../kernels/backend.js";

/** Buckets of a counting pass: 256 KB. */
const BUCKETS = 2 ** 16;

/**
 * Positions, tile by tile and ascending, of the `budget` largest entries by magnitude over all tiles; of equal ones those
 * of the first tile and position. Zeros are never chosen.
 *
 * No entries are sorted: counting passes find the smallest magnitude that is chosen, 16 bits each, so two or three for
 * 32-bit entries. Magnitudes are whole numbers below 2^73, as doubles.
 */
export function largestEntries(tiles: readonly IntVector[], budget: bigint): Uint32Array[] {
  let nonzeros = 0;
  let largest = 0;
  for (const tile of tiles) {
    for (let x = 0; x < tile.length; x++) {
      const size = Math.abs(tile[x] as number);
      if (size === 0) continue;
      nonzeros++;
      if (size > largest) largest = size;
    }
  }
  const cut = BigInt(nonzeros) <= budget ? { threshold: 0, ties: 0 } : findThreshold(tiles, largest, Number(budget));
  let { ties } = cut;
  return tiles.map((tile) => {
    const chosen: number[] = [];
    for (let x = 0; x < tile.length; x++) {
      const size = Math.abs(tile[x] as number);
      if (size > cut.threshold) chosen.push(x);
      else if (size === cut.threshold && ties > 0) {
        chosen.push(x);
        ties--;
      }
    }
    return Uint32Array.from(chosen);
  });
}

/** The `rank`-th largest magnitude, and how many of the entries that have it are among the `rank` largest. */
function findThreshold(
  tiles: readonly IntVector[],
  largest: number,
  rank: number,
): { readonly threshold: number; readonly ties: number } {
  if (rank === 0) return { threshold: largest, ties: 0 };
  // It lies in [low, low + width); both are multiples of the power of two `width`, so `size - low` is exact inside.
  let low = 0;
  let width = 2 ** (Math.floor(Math.log2(largest)) + 2);
  let left = rank;
  while (width > 1) {
    const step = Math.max(1, width / BUCKETS);
    const counts = new Float64Array(width / step);
    for (const tile of tiles) countBetween(tile, low, width, step, counts);
    let bucket = counts.length - 1;
    for (; bucket > 0 && (counts[bucket] as number) < left; bucket--) left -= counts[bucket] as number;
    low += bucket * step;
    width = step;
  }
  return { threshold: low, ties: left };
}

/** Counts the nonzero entries of magnitudes in `[low, low + width)` by buckets of `step`. */
function countBetween(tile: IntVector, low: number, width: number, step: number, counts: Float64Array): void {
  const perStep = 1 / step;
  for (let x = 0; x < tile.length; x++) {
    const size = Math.abs(tile[x] as number);
    const above = size - low;
    if (size === 0 || above < 0 || above >= width) continue;
    const bucket = Math.floor(above * perStep);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
}
