import type { SparseMask } from "../backend.js";
import { sharedInts } from "../shared-array.js";
import { BLOCK, DIRTY_INTS, type DirtyBlocks } from "./tasks/main-open.js";

const LIMB_BITS = 30n;
const LIMB_MASK = (1n << LIMB_BITS) - 1n;
/** Three limbs hold magnitudes up to here. */
const LIMIT = 1n << 90n;

/** A masked tile, split: blocks without masked entries stay integers, dirty ones get a list of their own. */
export interface SplitTile {
  /** The tile's residual, zero in dirty blocks. */
  readonly ints: Int32Array;
  readonly dirty: DirtyBlocks;
}

/** @throws RangeError if a masked residual is 2^90 or more in magnitude */
export function splitMasked(residual: Int32Array, { positions, residuals }: SparseMask): SplitTile {
  const isDirty = new Uint8Array(residual.length / BLOCK);
  for (const position of positions) isDirty[Math.floor(position / BLOCK)] = 1;
  const blocks = Uint32Array.from(Array.from(isDirty.keys()).filter((block) => isDirty[block] === 1));
  const entries = new Int32Array(blocks.length * BLOCK * DIRTY_INTS);
  const ints = residual.slice();
  /** Where a block is in the list. */
  const places = new Uint32Array(isDirty.length);
  blocks.forEach((block, place) => {
    places[block] = place;
    for (let a = 0; a < BLOCK; a++) {
      entries[(place * BLOCK + a) * DIRTY_INTS] = residual[block * BLOCK + a] ?? 0;
      ints[block * BLOCK + a] = 0;
    }
  });
  positions.forEach((position, i) => {
    const place = places[Math.floor(position / BLOCK)] ?? 0;
    const value = residuals[i] ?? 0n;
    if (value >= LIMIT || value <= -LIMIT) throw new RangeError(`splitMasked: the residual at ${position} is ${value}`);
    const limbs = [value & LIMB_MASK, (value >> LIMB_BITS) & LIMB_MASK, value >> (2n * LIMB_BITS), 1n];
    entries.set(limbs.map(Number), (place * BLOCK + (position % BLOCK)) * DIRTY_INTS);
  });
  return { ints: sharedInts(ints), dirty: { blocks, entries: sharedInts(entries) } };
}

/** The dirty blocks with indices in `[from, to)`. */
export function dirtyWithin({ blocks, entries }: DirtyBlocks, from: number, to: number): DirtyBlocks {
  const first = lowerBound(blocks, from);
  const end = lowerBound(blocks, to);
  const ints = BLOCK * DIRTY_INTS;
  return { blocks: blocks.slice(first, end), entries: entries.subarray(first * ints, end * ints) };
}

/** How many of ascending `values` are below `limit`. */
function lowerBound(values: Uint32Array, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
