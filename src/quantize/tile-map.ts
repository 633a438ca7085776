import { elementCountOf } from "../model/tensor.js";
import { matrixView, type GridTensor, type PackedTensor } from "./layout.js";
import type { Manifest } from "./manifest.js";

/** A run of tiles that belong together: one grid tensor, or one group of packed tensors. All share one `f`. */
export interface TileRange {
  readonly firstTile: number;
  readonly tileCount: number;
  /** Column panels of a grid; 0 for packed tensors, which no rank rule can cover. */
  readonly gridCols: number;
  readonly fractionBits: number;
  /** Grid: exactly one. Packed: by ascending `offset`. */
  readonly tensors: readonly (GridTensor | PackedTensor)[];
}

/** The tile ranges of a manifest, by ascending `firstTile`. Together they are tiles `0 … tileCount - 1`. */
export function tileRanges(manifest: Pick<Manifest, "tileCount" | "tensors">): readonly TileRange[] {
  const byFirst = new Map<number, (GridTensor | PackedTensor)[]>();
  for (const tensor of manifest.tensors) {
    if (tensor.kind !== "grid" && tensor.kind !== "packed") continue;
    const members = byFirst.get(tensor.firstTile) ?? [];
    members.push(tensor);
    byFirst.set(tensor.firstTile, members);
  }
  const ranges = [...byFirst].sort(([a], [b]) => a - b);
  return ranges.flatMap(([firstTile, tensors], i) => {
    const next = ranges[i + 1]?.[0] ?? manifest.tileCount;
    const [first] = tensors;
    if (first === undefined) return [];
    const gridCols = first.kind === "grid" ? first.gridCols : 0;
    return [{ firstTile, tileCount: next - firstTile, gridCols, fractionBits: first.fractionBits, tensors }];
  });
}

/** The range that holds a tile. Throws `RangeError` for a tile that does not exist. */
export function rangeOfTile(ranges: readonly TileRange[], tile: number): TileRange {
  let low = 0;
  let high = ranges.length;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.firstTile ?? Infinity) <= tile) low = middle;
    else high = middle;
  }
  const range = ranges[low];
  if (range === undefined || !(tile >= range.firstTile && tile < range.firstTile + range.tileCount)) {
    throw new RangeError(`tile ${tile} does not exist`);
  }
  return range;
}

/** A weight, as a message names it. */
export interface WeightOfTile {
  readonly tensor: string;
  /** Row-major index in the tensor. */
  readonly index: number;
  readonly fractionBits: number;
}

/** Which weight stands at entry `x = v + n·u` of a tile; `undefined` for padding. */
export function weightAt(manifest: Manifest, tile: number, x: number): WeightOfTile | undefined {
  const n = 2 ** manifest.t;
  const { firstTile, fractionBits, tensors } = rangeOfTile(tileRanges(manifest), tile);
  for (const tensor of tensors) {
    let index: number;
    if (tensor.kind === "grid") {
      const [rows, columns] = matrixView(tensor.shape, tensor.rowAxes);
      const row = Math.floor((tile - firstTile) / tensor.gridCols) * n + Math.floor(x / n);
      const column = ((tile - firstTile) % tensor.gridCols) * n + (x % n);
      if (row >= rows || column >= columns) return undefined;
      index = row * columns + column;
    } else {
      index = (tile - firstTile) * n * n + x - tensor.offset;
      if (index < 0 || index >= elementCountOf(tensor.shape)) continue;
    }
    return { tensor: tensor.name, index, fractionBits };
  }
  return undefined;
}
