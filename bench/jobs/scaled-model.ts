import { InputError } from "../../src/errors/errors.js";
import { openModel, type Model } from "../../src/model/open-model.js";
import type { SourceOpener } from "../../src/model/source-opener.js";
import { elementCount, gpt2Tensors, SIZES, type Gpt2Config } from "../../scripts/gpt2/shapes.js";

/** From 0.1 to 124 million parameters: the last is GPT-2's own shape, 4M fills a segment of tier medium. */
export const SCALES = ["0.1M", "1M", "4M", "10M", "50M", "124M"] as const;
export type Scale = (typeof SCALES)[number];

/** The embedding of every model but the smallest has the 12 tiles of tier medium that the growth series changes. */
const SHAPES: Readonly<Record<Scale, Gpt2Config>> = {
  "0.1M": { vocabulary: 2_300, context: 64, width: 32, layers: 2 },
  "1M": { vocabulary: 8_200, context: 128, width: 96, layers: 2 },
  "4M": { vocabulary: 12_000, context: 128, width: 256, layers: 1 },
  "10M": SIZES["10M"],
  "50M": SIZES["50M"],
  "124M": SIZES["124M"],
};

/** What a fine-tune changes: nothing, every weight a little, or that many tiles of the embedding. */
export type Drift = "none" | "dense" | { readonly tiles: number };

const BYTES = 4;

/**
 * A synthetic model of float32 weights that are computed whenever they are read, so that no file of its size is needed.
 * `n` is the side of the tiles in which `drift` counts.
 */
export function openScaledModel(scale: Scale, drift: Drift, n: number): Promise<Model> {
  const header: Record<string, unknown> = {};
  let parameters = 0;
  for (const { name, shape } of gpt2Tensors(SHAPES[scale])) {
    const count = elementCount(shape);
    header[name] = { dtype: "F32", shape, data_offsets: [BYTES * parameters, BYTES * (parameters + count)] };
    parameters += count;
  }
  const json = JSON.stringify(header);
  // Weights lie at multiples of four in the file: blanks may follow the header.
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const start = new Uint8Array(8 + text.length);
  new DataView(start.buffer).setBigUint64(0, BigInt(text.length), true);
  start.set(text, 8);
  // The embedding is the first tensor of the file, and no other one is as large.
  const changed =
    drift === "dense" ? Infinity : drift === "none" ? 0 : elementsOfTiles(drift.tiles, SHAPES[scale].width, n);
  return openModel(computedFile("model.safetensors", start, parameters, changed), "model.safetensors");
}

/** How many leading elements of a matrix of `width` columns touch that many tiles of side `n`. */
function elementsOfTiles(tiles: number, width: number, n: number): number {
  const isGrid = width >= n / 2;
  if (isGrid) return Math.ceil(tiles / Math.ceil(width / n)) * n * width;
  // Packed from anywhere in a tile: one element more than a tile less touches them all, and no further one.
  return (tiles - 1) * n * n + 1;
}

function computedFile(path: string, start: Uint8Array, parameters: number, changed: number): SourceOpener {
  const size = start.length + BYTES * parameters;
  const read = (offset: number, length: number): Promise<Uint8Array> => {
    const first = Math.max(0, Math.floor((offset - start.length) / BYTES));
    const last = Math.max(first, Math.ceil((offset + length - start.length) / BYTES));
    const weights = new Uint8Array(weightsFrom(first, last, changed).buffer);
    const bytes = new Uint8Array(length);
    if (offset < start.length) bytes.set(start.subarray(offset, offset + length));
    const from = Math.max(0, start.length - offset);
    const skip = Math.max(0, offset - start.length - BYTES * first);
    if (from < length) bytes.set(weights.subarray(skip, skip + length - from), from);
    return Promise.resolve(bytes);
  };
  return {
    open: (wanted) =>
      wanted === path
        ? Promise.resolve({ name: path, size, read, close: () => Promise.resolve() })
        : Promise.reject(new InputError(`${wanted}: no such file`)),
    list: () => Promise.resolve(undefined),
    join: (_directory, name) => name,
    directoryOf: () => "",
  };
}

/** Weights `first … last - 1`: spread evenly over ±0.1, and a fine-tune's off by up to 2^-10. */
function weightsFrom(first: number, last: number, changed: number): Float32Array {
  const weights = new Float32Array(last - first);
  for (let i = first; i < last; i++) {
    const base = (Math.imul(i + 1, 0x9e3779b1) / 2 ** 31) * 0.1;
    const step = i < changed ? Math.imul(i + 1, 0x85ebca6b) / 2 ** 41 : 0;
    weights[i - first] = base + step;
  }
  return weights;
}
