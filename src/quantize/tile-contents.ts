import { elementCountOf } from "../model/tensor.js";
import { matrixView } from "./layout.js";
import type { Manifest } from "./manifest.js";

/** What lies in one tile: a part of one grid tensor, or packed tensors of one `f`. */
export interface TileContent {
  readonly tile: number;
  readonly fractionBits: number;
  /** Tensors with entries in the tile. */
  readonly tensors: readonly string[];
  /** How many of its entries hold a weight; the rest is padding. */
  readonly weights: number;
}

/** The content of every tile of a manifest, in order. */
export function tileContents(manifest: Manifest): readonly TileContent[] {
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
    if (place === undefined) throw new RangeError(`tileContents: tensor ${name} lies in tile ${tile}`);
    place.fractionBits = fractionBits;
    place.tensors.push(name);
    place.weights += weights;
  };
  for (const tensor of manifest.tensors) {
    if (tensor.kind === "grid") {
      const [rows, columns] = matrixView(tensor.shape, tensor.rowAxes);
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
