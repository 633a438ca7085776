import type { FloatFormat } from "../model/float-format.js";
import { unitInLastPlace } from "../model/float-format.js";
import type { Model } from "../model/open-model.js";
import type { TensorReader } from "../model/tensor.js";
import { CHUNK_ELEMENTS } from "../quantize/magnitude.js";
import type { Manifest } from "../quantize/manifest.js";
import type { TileOfClass } from "./spread-rule.js";
import { openTiles } from "../quantize/tile-reader.js";

/** What bounds that depend on the base's weights are made of. */
export interface BaseMeasure {
  /** `Σ q²` over some tiles, in squared units of `2^-unit`, at least as fine as their `2^-f`. */
  energyOf(tiles: readonly TileOfClass[], unit: number): Promise<bigint>;
  /** The base's tensor of that name, if it holds numbers. */
  readerOf(tensor: string): TensorReader | undefined;
}

/** Measures a base that must stay open; every tile is read when it is asked for, and then known. */
export function measureBase(model: Model, manifest: Manifest): BaseMeasure {
  const tiles = openTiles(model, manifest);
  const energies = new Map<number, bigint>();
  const readers = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  return {
    energyOf: async (wanted, unit) => {
      let sum = 0n;
      for (const { tile, fractionBits } of wanted) {
        const energy = energies.get(tile) ?? sumOfSquaresWide(await tiles.readTile(tile));
        energies.set(tile, energy);
        sum += energy << BigInt(2 * (unit - fractionBits));
      }
      return sum;
    },
    readerOf: (name) => {
      const tensor = readers.get(name);
      return tensor === undefined || tensor.kind === "string" ? undefined : tensor;
    },
  };
}

/** `Σ q²`, exact for any 32-bit integers: a square is split into parts whose sums a double holds. */
function sumOfSquaresWide(entries: Int32Array): bigint {
  let [high, middle, low] = [0, 0, 0];
  let total = 0n;
  const flush = (): void => {
    total += (BigInt(high) << 32n) + (BigInt(middle) << 17n) + BigInt(low);
    [high, middle, low] = [0, 0, 0];
  };
  for (let x = 0; x < entries.length; x++) {
    // |q| = a·2^16 + b with a, b < 2^16: q² = a²·2^32 + 2ab·2^16 + b².
    const size = Math.abs(entries[x] as number);
    const [a, b] = [Math.floor(size / 65536), size % 65536];
    high += a * a;
    middle += a * b;
    low += b * b;
    if ((x & 0xfffff) === 0xfffff) flush();
  }
  flush();
  return total;
}

/** Rounding errors of a tensor, summed: what may be expected, and what there can be at most. */
export interface RoundingErrors {
  /** Expected `Σ` of squares in squared units of `2^-f`: uniform errors of one rounding to the format and two to `2^-f`. */
  readonly expectedSq: number;
  /** No `Σ` of squares is larger. */
  readonly worstSq: bigint;
  /** The largest step of the format, in units of `2^-f`. */
  readonly largestStep: number;
}

/**
 * Rounding errors of weights as large as a tensor's, stored in a format and quantized like their base. An error is at most
 * half a step of the format and half a unit for each of the two quantizations, and the difference of integers is whole.
 */
export async function roundingErrors(
  reader: TensorReader,
  fractionBits: number,
  format: FloatFormat,
): Promise<RoundingErrors> {
  const scale = 2 ** fractionBits;
  let expectedSq = 0;
  let worstSq = 0n;
  let largestStep = 0;
  for (let start = 0; start < reader.elementCount; start += CHUNK_ELEMENTS) {
    const values = await reader.readValues(start, Math.min(CHUNK_ELEMENTS, reader.elementCount - start));
    let worst = 0;
    for (const value of values) {
      const step = unitInLastPlace(value, format) * scale;
      if (step > largestStep) largestStep = step;
      expectedSq += step ** 2 / 12 + 2 / 12;
      worst += Math.floor(step / 2 + 1) ** 2;
    }
    worstSq += BigInt(Math.ceil(worst * (1 + 2 ** -40)));
  }
  return { expectedSq, worstSq, largestStep };
}
