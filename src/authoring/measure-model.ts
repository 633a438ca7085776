import { tileDifference } from "../difference/tile-difference.js";
import type { IntVector } from "../kernels/backend.js";
import type { Manifest } from "../quantize/manifest.js";
import type { TileReader } from "../quantize/tile-reader.js";

/** Told what is being done: a phase, and how much of it. */
export type Progress = (phase: string, done: number, total: number) => void;

/**
 * Expected `Σ` of squared rounding errors of a tensor's change, in squared units of `2^-f`: of the dtype it is stored in
 * and of quantization.
 */
export type NoiseOf = (tensor: string) => number | Promise<number>;

/** A base and its fine-tune as integers, under one manifest. */
export interface TilePair {
  readonly manifest: Manifest;
  readonly base: TileReader;
  readonly tuned: TileReader;
}

/** Reads `Δ` of tiles over and over into one array; 8 bytes an entry. */
export class DifferenceReader {
  readonly #pair: TilePair;
  #from: Int32Array | undefined;
  #to: Int32Array | undefined;

  constructor(pair: TilePair) {
    this.#pair = pair;
  }

  /** `Δ` of a tile, to be used before the next one is read. */
  async read(tile: number): Promise<IntVector> {
    this.#from = await this.#pair.base.readTile(tile, this.#from);
    this.#to = await this.#pair.tuned.readTile(tile, this.#to);
    return tileDifference(this.#from, this.#to, this.#to);
  }

  /** The base's entries of the tile that was read last. */
  get base(): Int32Array {
    if (this.#from === undefined) throw new RangeError("no tile was read");
    return this.#from;
  }
}

/** A sum of squares of units `2^-bits` as a norm in the weights' own unit. */
export function normOf(sumSquares: bigint, bits: number): number {
  return Math.sqrt(Number(sumSquares)) * 2 ** -bits;
}
