import type { TileContent } from "../quantize/tile-contents.js";

/** Cuts the tiles, which ascend, where one is missing or `f` changes. */
export function contiguousRuns(tiles: readonly TileContent[]): TileContent[][] {
  const runs: TileContent[][] = [];
  for (const tile of tiles) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run !== undefined && previous?.tile === tile.tile - 1 && previous.fractionBits === tile.fractionBits)
      run.push(tile);
    else runs.push([tile]);
  }
  return runs;
}

/** Parts of nearly equal length, as few as have at most `most` tiles each. */
export function splitEvenly(run: readonly TileContent[], most: number): TileContent[][] {
  const parts = Math.ceil(run.length / most);
  return Array.from({ length: parts }, (_, i) =>
    run.slice(Math.floor((i * run.length) / parts), Math.floor(((i + 1) * run.length) / parts)),
  );
}
