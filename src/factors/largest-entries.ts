import type { IntVector } from "../kernels/backend.js";

/** Buckets of a counting pass: 256 KB. */
const BUCKETS = 2 ** 16;

/** Entries of a tile, which count in units of `2^-exponent` of the rule's own: its drift is `entry·2^exponent`. */
export interface CountedTile {
  readonly values: IntVector;
  readonly exponent: number;
}

/**
 * Positions, tile by tile and ascending, of the `budget` entries that weigh most over all tiles. Those outside of
 * `[-range, range)` come first: only a mask makes them provable. Then the largest by `|entry|·2^exponent`; of equal ones
 * those of the first tile and position. Zeros are never chosen.
 *
 * No entries are sorted: counting passes find the smallest magnitude that is chosen, 16 bits each, so two or three for
 * 32-bit entries. Magnitudes are below 2^104 and exact as doubles: whole numbers below 2^73 times a power of two. `range`
 * is a power of two.
 */
export function largestEntries(tiles: readonly CountedTile[], budget: bigint, range: number): Uint32Array[] {
  const outside = pick(tiles, budget, (entry, scale) =>
    entry < -range || entry >= range ? Math.abs(entry) * scale : 0,
  );
  const left = budget - BigInt(outside.reduce((sum, { length }) => sum + length, 0));
  const inside = pick(tiles, left, (entry, scale) => (entry < -range || entry >= range ? 0 : Math.abs(entry) * scale));
  return outside.map((positions, i) => Uint32Array.from([...positions, ...(inside[i] ?? [])]).sort());
}

/** What an entry weighs; 0 if it is not to be chosen. `scale` is its tile's `2^exponent`. */
type Weigh = (entry: number, scale: number) => number;

/** Positions of the `budget` entries that weigh most. */
function pick(tiles: readonly CountedTile[], budget: bigint, weigh: Weigh): Uint32Array[] {
  let candidates = 0;
  let largest = 0;
  forEach(tiles, weigh, (size) => {
    candidates++;
    if (size > largest) largest = size;
  });
  const cut =
    BigInt(candidates) <= budget ? { threshold: 0, ties: 0 } : findThreshold(tiles, weigh, largest, Number(budget));
  let { ties } = cut;
  return tiles.map((tile) => {
    const chosen: number[] = [];
    forEach([tile], weigh, (size, x) => {
      if (size > cut.threshold) chosen.push(x);
      else if (size === cut.threshold && ties > 0) {
        chosen.push(x);
        ties--;
      }
    });
    return Uint32Array.from(chosen);
  });
}

function forEach(tiles: readonly CountedTile[], weigh: Weigh, visit: (size: number, x: number) => void): void {
  for (const { values, exponent } of tiles) {
    const scale = 2 ** exponent;
    for (let x = 0; x < values.length; x++) {
      const entry = values[x] as number;
      if (entry === 0) continue;
      const size = weigh(entry, scale);
      if (size !== 0) visit(size, x);
    }
  }
}

/** The `rank`-th largest weight, and how many of the entries that have it are among the `rank` largest. */
function findThreshold(
  tiles: readonly CountedTile[],
  weigh: Weigh,
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
    const [from, span, perStep] = [low, width, 1 / step];
    forEach(tiles, weigh, (size) => {
      const above = size - from;
      if (above < 0 || above >= span) return;
      const bucket = Math.floor(above * perStep);
      counts[bucket] = (counts[bucket] as number) + 1;
    });
    let bucket = counts.length - 1;
    for (; bucket > 0 && (counts[bucket] as number) < left; bucket--) left -= counts[bucket] as number;
    low += bucket * step;
    width = step;
  }
  return { threshold: low, ties: left };
}
