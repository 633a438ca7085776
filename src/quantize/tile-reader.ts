import { sharedInt32 } from "../kernels/shared-array.js";
import type { Model } from "../model/open-model.js";
import { elementCountOf, type TensorReader } from "../model/tensor.js";
import { matrixView, type GridTensor, type PackedTensor } from "./layout.js";
import { assertBoundValues } from "./bound-values.js";
import { CHUNK_ELEMENTS } from "./magnitude.js";
import type { Manifest } from "./manifest.js";
import type { PinnedEntry } from "./pinned.js";
import { quantizeInto } from "./round.js";
import { matchTensors } from "./same-shapes.js";
import { rangeOfTile, tileRanges, type TileRange } from "./tile-map.js";

/** The quantized tiles of a model, read from its files on demand. */
export interface TileReader {
  readonly tileCount: number;
  /** Entries of a tile, `2^(2t)`. */
  readonly tileSize: number;
  /**
   * The entries of a tile: entry `(u, v)` at `v + n·u`, padding 0. Written over `into` if that is given, else into
   * a new shared array, which belongs to the caller. Throws `InputError` for a weight that does not fit, and whichever tile is
   * read, for one that is not as the manifest says (`assertBoundValues`); `RangeError` for
   * a tile that does not exist. Reading the tiles in order reads every byte of the files once.
   */
  readTile(tile: number, into?: Int32Array): Promise<Int32Array>;
}

/**
 * So many entries of a row panel are kept while its tiles are read, all of it or as many whole tiles: at most 64 MB, besides two
 * chunks of 2^18 weights (8 bytes and the stored bytes each).
 */
const MAX_PANEL_ENTRIES = 1 << 24;

/** A quantized row panel, or some columns of it: row-major. */
interface Panel {
  readonly key: string;
  readonly entries: Promise<Int32Array>;
}

/**
 * The tiles of a model under a manifest, its own or its base's. The model must stay open.
 * Throws `InputError` if the model does not have the manifest's tensors.
 */
export function openTiles(model: Pick<Model, "tensors" | "path">, manifest: Manifest): TileReader {
  const tensors = matchTensors(manifest, model);
  const readerOf = (placed: GridTensor | PackedTensor): TensorReader => {
    const tensor = tensors.get(placed.name);
    if (tensor === undefined) return zeros(placed, model.path);
    if (tensor.kind === "string") throw new RangeError(`tensor ${placed.name} holds strings`);
    return tensor;
  };
  const ranges = tileRanges(manifest);
  const n = 2 ** manifest.t;
  let bound: Promise<void> | undefined;
  const panelColumns = Math.max(1, Math.floor(MAX_PANEL_ENTRIES / (n * n))) * n;
  let panel: Panel | undefined;

  const readGridTile = async (grid: GridTensor, position: number, entries: Int32Array): Promise<void> => {
    const [rows, columns] = matrixView(grid.shape, grid.rowAxes);
    const firstRow = Math.floor(position / grid.gridCols) * n;
    const firstColumn = (position % grid.gridCols) * n;
    const height = Math.min(n, rows - firstRow);
    const width = Math.min(n, columns - firstColumn);
    const reader = readerOf(grid);
    const isWhole = height * columns <= MAX_PANEL_ENTRIES;
    const panelStart = isWhole ? 0 : firstColumn - (firstColumn % panelColumns);
    const panelWidth = isWhole ? columns : Math.min(panelColumns, columns - panelStart);
    const key = `${grid.firstTile}/${firstRow}/${panelStart}`;
    if (panel?.key !== key) {
      const corner = firstRow * columns + panelStart;
      panel = { key, entries: quantizePanel(reader, corner, height, panelWidth, columns, grid) };
    }
    const whole = await panel.entries;
    for (let u = 0; u < height; u++) {
      const start = u * panelWidth + firstColumn - panelStart;
      entries.set(whole.subarray(start, start + width), u * n);
    }
  };

  const readPackedTile = async (range: TileRange, position: number, entries: Int32Array): Promise<void> => {
    const from = position * n * n;
    for (const tensor of range.tensors) {
      if (tensor.kind !== "packed") continue;
      const start = Math.max(from, tensor.offset);
      const end = Math.min(from + n * n, tensor.offset + elementCountOf(tensor.shape));
      if (start >= end) continue;
      await quantizeRange(readerOf(tensor), start - tensor.offset, end - start, tensor, entries, start - from);
    }
  };

  return {
    tileCount: manifest.tileCount,
    tileSize: n * n,
    readTile: async (tile, into) => {
      const range = rangeOfTile(ranges, tile);
      await (bound ??= assertBoundValues(manifest, tensors));
      const [first] = range.tensors;
      const position = tile - range.firstTile;
      const entries = into?.fill(0) ?? sharedInt32(n * n);
      if (entries.length !== n * n)
        throw new RangeError(`readTile: an array of ${entries.length} for ${n * n} entries`);
      await (first?.kind === "grid"
        ? readGridTile(first, position, entries)
        : readPackedTile(range, position, entries));
      return entries;
    },
  };
}

/** What a model that lacks an optional tensor has in its place. */
function zeros({ name, shape }: GridTensor | PackedTensor, file: string): TensorReader {
  const readValues = (_start: number, count: number): Promise<Float64Array> => Promise.resolve(new Float64Array(count));
  return { kind: "float", name, dtype: "absent", shape, elementCount: elementCountOf(shape), file, readValues };
}

/** `height` rows of `width` elements from element `corner` on, where a row of the tensor has `columns`. */
async function quantizePanel(
  reader: TensorReader,
  corner: number,
  height: number,
  width: number,
  columns: number,
  placed: Quantized,
): Promise<Int32Array> {
  const entries = new Int32Array(height * width);
  if (width === columns) {
    await quantizeRange(reader, corner, height * width, placed, entries, 0);
  } else {
    for (let u = 0; u < height; u++) {
      await quantizeRange(reader, corner + u * columns, width, placed, entries, u * width);
    }
  }
  return entries;
}

type Quantized = Pick<GridTensor | PackedTensor, "fractionBits" | "pinned">;

/** Quantizes `count` elements from `start` into `out` from `outStart`, a chunk at a time. Pinned ones become zero. */
async function quantizeRange(
  reader: TensorReader,
  start: number,
  count: number,
  { fractionBits, pinned }: Quantized,
  out: Int32Array,
  outStart: number,
): Promise<void> {
  for (let done = 0; done < count; done += CHUNK_ELEMENTS) {
    const read = await reader.readValues(start + done, Math.min(CHUNK_ELEMENTS, count - done));
    const values = pinned === undefined ? read : withoutPinned(read, start + done, pinned);
    const place = { file: reader.file, tensor: reader.name, index: start + done };
    quantizeInto(out, outStart + done, values, fractionBits, place);
  }
}

/** The same values, which begin at element `start`, with zeros in the pinned places. */
function withoutPinned(values: Float64Array, start: number, pinned: readonly PinnedEntry[]): Float64Array {
  const here = pinned.filter(([index]) => index >= start && index < start + values.length);
  if (here.length === 0) return values;
  const copy = values.slice();
  for (const [index] of here) copy[index - start] = 0;
  return copy;
}
