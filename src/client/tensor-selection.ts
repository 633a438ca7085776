import picomatch from "picomatch";
import { InputError } from "../errors/errors.js";
import { elementCountOf } from "../model/tensor.js";
import { matrixView } from "../quantize/layout.js";
import type { Manifest } from "../quantize/manifest.js";

/** A tile that a policy may let change. */
export interface SelectedTile {
  readonly tile: number;
  readonly fractionBits: number;
  /** Tensors with entries in the tile. */
  readonly tensors: readonly string[];
  /** How many of its entries hold a weight; the rest is padding. */
  readonly weights: number;
}

/** What lies in every tile of a manifest, in order. */
export function tilesOf(manifest: Manifest): readonly SelectedTile[] {
  const tileSize = 4 ** manifest.t;
  const n = 2 ** manifest.t;
  const tiles = Array.from({ length: manifest.tileCount }, (_, tile) => ({
    tile,
    fractionBits: 0,
    tensors: [] as string[],
    weights: 0,
  }));
  const put = (tile: number, name: string, fractionBits: number, weights: number): void => {
    const place = tiles[tile];
    if (place === undefined) throw new RangeError(`tilesOf: tensor ${name} lies in tile ${tile}`);
    place.fractionBits = fractionBits;
    place.tensors.push(name);
    place.weights += weights;
  };
  for (const tensor of manifest.tensors) {
    if (tensor.kind === "grid") {
      const [rows, columns] = matrixView(tensor.shape);
      for (let i = 0; i < tensor.gridRows; i++) {
        for (let j = 0; j < tensor.gridCols; j++) {
          const weights = Math.min(n, rows - i * n) * Math.min(n, columns - j * n);
          put(tensor.firstTile + i * tensor.gridCols + j, tensor.name, tensor.fractionBits, weights);
        }
      }
    } else if (tensor.kind === "packed") {
      const end = tensor.offset + elementCountOf(tensor.shape);
      for (let i = Math.floor(tensor.offset / tileSize); i * tileSize < end; i++) {
        const weights = Math.min(end, (i + 1) * tileSize) - Math.max(tensor.offset, i * tileSize);
        put(tensor.firstTile + i, tensor.name, tensor.fractionBits, weights);
      }
    }
  }
  return tiles;
}

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
): readonly SelectedTile[] {
  const tiles = tilesOf(manifest);
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

/** Up to `limit` names in quotes, and how many more there are. */
export function listNames(names: readonly string[], limit = 5): string {
  const shown = names.slice(0, limit).map((name) => JSON.stringify(name));
  return `${shown.join(", ")}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ""}`;
}
