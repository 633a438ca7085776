import type { TensorReader } from "../model/tensor.js";
import { MagnitudeHistogram } from "./magnitude-histogram.js";
import { MAX_PINNED } from "./pinned.js";
import { unfit } from "./round.js";

/** Elements that are read at once: 2 MB as float64. */
export const CHUNK_ELEMENTS = 1 << 18;

/** A weight and its row-major index. */
export interface Entry {
  readonly index: number;
  readonly weight: number;
}

/** What is known of a tensor's sizes after one pass. */
export interface Magnitude {
  readonly tensor: TensorReader;
  /** Its ordinary magnitude (`MagnitudeHistogram.ordinary`); 0 if all its weights are zeros. */
  readonly ordinary: number;
  /** The finite weights of the largest absolute values, largest first, ties by index: all, or one more than can be pinned. */
  readonly largest: readonly Entry[];
  /** Whether it holds infinities, so that it can only be compared as a whole. */
  readonly hasInfinities: boolean;
}

/**
 * Reads a whole tensor in chunks. `histogram` is scratch memory. Throws `InputError` for NaN, naming tensor and index.
 */
export async function measureMagnitude(tensor: TensorReader, histogram = new MagnitudeHistogram()): Promise<Magnitude> {
  histogram.reset();
  const largest = new LargestEntries(MAX_PINNED + 1);
  let hasInfinities = false;
  for (let start = 0; start < tensor.elementCount; start += CHUNK_ELEMENTS) {
    const values = await tensor.readValues(start, Math.min(CHUNK_ELEMENTS, tensor.elementCount - start));
    histogram.add(values);
    for (let i = 0; i < values.length; i++) {
      const weight = values[i] as number;
      const size = Math.abs(weight);
      // Written so that NaN does not pass.
      if (size <= largest.threshold) continue;
      if (size < Infinity) largest.add(start + i, weight);
      else if (size === Infinity) hasInfinities = true;
      else throw unfit(weight, 0, { file: tensor.file, tensor: tensor.name, index: start + i });
    }
  }
  return { tensor, ordinary: histogram.ordinary(), largest: largest.sorted(), hasInfinities };
}

/** Keeps the entries of the largest absolute values, of equal ones the first. */
class LargestEntries {
  readonly #entries: Entry[] = [];
  #smallest = 0;
  /** Only entries of larger absolute value than this need to be added. */
  threshold = -1;

  constructor(readonly capacity: number) {}

  /** Indices ascend. */
  add(index: number, weight: number): void {
    const place = this.#entries.length < this.capacity ? this.#entries.length : this.#smallest;
    this.#entries[place] = { index, weight };
    if (this.#entries.length < this.capacity) return;
    let [smallest, size, last] = [0, Infinity, 0];
    this.#entries.forEach((entry, i) => {
      const each = Math.abs(entry.weight);
      // Of equal ones the last goes first.
      if (each < size || (each === size && entry.index > last)) [smallest, size, last] = [i, each, entry.index];
    });
    this.#smallest = smallest;
    this.threshold = size;
  }

  sorted(): Entry[] {
    return [...this.#entries].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || a.index - b.index);
  }
}
