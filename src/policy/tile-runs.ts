import type { TileContent } from "../quantize/tile-contents.js";

/**
 * Groups of tiles that some tensor connects, each in ascending order: a tensor's own tiles, or all tiles of small tensors
 * that follow each other. What a tensor may change is bounded only by a budget over all tiles that it lies in, and
 * a tile has one budget, so a group has one.
 */
export function inseparable(tiles: readonly TileContent[]): TileContent[][] {
  const groups: TileContent[][] = [];
  // The tiles of a tensor follow each other, so that a tile is connected to a group by its last tile.
  for (const tile of tiles) {
    const group = groups.at(-1);
    const previous = group?.at(-1);
    if (group !== undefined && previous?.tensors.some((name) => tile.tensors.includes(name))) group.push(tile);
    else groups.push([tile]);
  }
  return groups;
}
