/** An entry that no fine-tune may change: its row-major index, and its exact value. Its place in the tile holds zero. */
export type PinnedEntry = readonly [index: number, value: number];

/** Most entries of a tensor that can be pinned. */
export const MAX_PINNED = 64;

/** How many entries of a tensor of that many elements may be pinned: 1 in 1,000, at least 1 and at most 64. */
export function pinnedLimit(elementCount: number): number {
  return Math.min(MAX_PINNED, Math.max(1, Math.floor(elementCount / 1000)));
}
