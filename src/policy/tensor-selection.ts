import picomatch from "picomatch";
import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import { tileContents, type TileContent } from "../quantize/tile-contents.js";
import { listNames } from "../model/names/list-names.js";

/**
 * The tiles that hold the tensors matching any of the patterns (picomatch globs: `*` stops at `/`, `**` does not);
 * without patterns, all tiles.
 *
 * A packed tile may also hold tensors that were not selected. A rule covers whole tiles, so they could change as
 * well: `InputError` names them, unless `wholeTiles` accepts that. Throws also for a pattern that matches nothing.
 */
export function selectTiles(
  manifest: Manifest,
  patterns: readonly string[],
  wholeTiles: boolean,
): readonly TileContent[] {
  const tiles = tileContents(manifest);
  if (patterns.length === 0) return tiles;
  const numeric = manifest.tensors.filter(({ kind }) => kind === "grid" || kind === "packed");
  const selected = new Set<string>();
  for (const pattern of patterns) {
    const matches = picomatch(pattern, { dot: true });
    const found = numeric.filter(({ name }) => name === pattern || matches(name));
    if (found.length === 0) {
      throw new InputError(`no tensor of weights matches ${JSON.stringify(pattern)}`, {
        remedy: `The model's tensors are ${listNames(numeric.map(({ name }) => name))}.`,
      });
    }
    for (const { name } of found) selected.add(name);
  }
  const touched = tiles.filter(({ tensors }) => tensors.some((name) => selected.has(name)));
  for (const { tile, tensors } of touched) {
    const others = tensors.filter((name) => !selected.has(name));
    if (others.length > 0 && !wholeTiles) {
      throw new InputError(
        `tile ${tile} holds selected tensors, but also ${listNames(others)}: a rule covers whole tiles, so these could change too`,
        { remedy: "Select them as well (--tensor), or accept whole tiles knowingly (--whole-tiles)." },
      );
    }
  }
  return touched;
}
