import { writePacked } from "../canonical.js";
import { ELEMENT_BYTES } from "../kernel.js";
import type { Task } from "../task.js";
import { writeEqWeights } from "./eq-weights.js";
import { writeDirty, type DirtyBlocks } from "./main-open.js";

interface RoundInput {
  readonly pairs: number;
  /** Canonical; bound before the round, in place. */
  readonly challenge: Uint8Array | undefined;
}

export interface LinearRoundInput extends RoundInput {
  readonly vector: Uint8Array;
  /** Coordinates of the variables after the round's, canonical. */
  readonly point: Uint8Array;
}

const held = (pairs: number): number => 2 * pairs * ELEMENT_BYTES;

/** `Σ_j eq_j v[2j]` and `Σ_j eq_j (v[2j+1] - v[2j])`, lane by lane. */
export const mainLinearRound: Task<LinearRoundInput, Uint8Array> = {
  name: "mainLinearRound",
  run: (kernel, { vector, pairs, challenge, point }) =>
    kernel.scope(() => {
      const { low, lowCount, high } = writeEqWeights(kernel, point);
      const v = kernel.write(vector.subarray(0, challenge === undefined ? held(pairs) : 2 * held(pairs)));
      const challengeAt = challenge === undefined ? 0 : writePacked(kernel, challenge);
      const out = kernel.alloc(4 * ELEMENT_BYTES);
      kernel.exports.mainLinearRound(v, pairs, challengeAt, low, lowCount, high, out);
      if (challenge !== undefined) kernel.readInto(vector.subarray(0, held(pairs)), v);
      return kernel.read(out, 4 * ELEMENT_BYTES);
    }),
};

export interface SquaresRoundInput extends RoundInput {
  readonly vectors: readonly Uint8Array[];
}

/** `Σ_j v[2j] s_j` and `Σ_j s_j²` with the slopes `s`; vector after vector, lane by lane. */
export const mainSquaresRound: Task<SquaresRoundInput, Uint8Array> = {
  name: "mainSquaresRound",
  run: (kernel, { vectors, pairs, challenge }) =>
    kernel.scope(() => {
      const challengeAt = challenge === undefined ? 0 : writePacked(kernel, challenge);
      const sums = kernel.alloc(4 * ELEMENT_BYTES * vectors.length);
      vectors.forEach((vector, i) => {
        kernel.scope(() => {
          const v = kernel.write(vector.subarray(0, challenge === undefined ? held(pairs) : 2 * held(pairs)));
          kernel.exports.mainSquaresRound(v, pairs, challengeAt, sums + 4 * ELEMENT_BYTES * i);
          if (challenge !== undefined) kernel.readInto(vector.subarray(0, held(pairs)), v);
        });
      });
      return kernel.read(sums, 4 * ELEMENT_BYTES * vectors.length);
    }),
};

const MASKED_SUMS = 2 * ELEMENT_BYTES * 6;

export interface MaskedRoundInput extends RoundInput {
  readonly tiles: readonly { readonly residual: Uint8Array; readonly mask: Uint8Array }[];
  /** Canonical. */
  readonly lambda: Uint8Array;
  /** Coordinates of the variables after the round's, canonical. */
  readonly point: Uint8Array;
}

/** The six sums of a masked tile (assembly/main-masked.ts); tile after tile, lane by lane. */
export const mainMaskedRound: Task<MaskedRoundInput, Uint8Array> = {
  name: "mainMaskedRound",
  run: (kernel, { tiles, pairs, challenge, lambda, point }) =>
    kernel.scope(() => {
      const { low, lowCount, high } = writeEqWeights(kernel, point);
      const challengeAt = challenge === undefined ? 0 : writePacked(kernel, challenge);
      const lambdaAt = writePacked(kernel, lambda);
      const sums = kernel.alloc(MASKED_SUMS * tiles.length);
      tiles.forEach(({ residual, mask }, i) => {
        kernel.scope(() => {
          const length = challenge === undefined ? held(pairs) : 2 * held(pairs);
          const r = kernel.write(residual.subarray(0, length));
          const b = kernel.write(mask.subarray(0, length));
          const out = sums + MASKED_SUMS * i;
          kernel.exports.mainMaskedRound(
            r,
            b,
            pairs,
            challengeAt,
            lambdaAt + 2 * ELEMENT_BYTES * i,
            low,
            lowCount,
            high,
            out,
          );
          if (challenge === undefined) return;
          kernel.readInto(residual.subarray(0, held(pairs)), r);
          kernel.readInto(mask.subarray(0, held(pairs)), b);
        });
      });
      return kernel.read(sums, MASKED_SUMS * tiles.length);
    }),
};

export interface DirtyRoundInput {
  readonly tiles: readonly DirtyBlocks[];
  /** Variables bound: 0, 1 or 2. */
  readonly bound: number;
  /** Canonical: eq weights of the bound variables, and those times 2^30 and 2^60. */
  readonly weights: Uint8Array;
  /** Canonical: eq weights of the pairs of a block. */
  readonly positions: Uint8Array;
  /** Canonical. */
  readonly lambda: Uint8Array;
  /** Coordinates that choose the block, canonical. */
  readonly point: Uint8Array;
}

/** The six sums over a tile's dirty blocks; tile after tile, lane by lane (both count). */
export const mainDirtyRound: Task<DirtyRoundInput, Uint8Array> = {
  name: "mainDirtyRound",
  run: (kernel, { tiles, bound, weights, positions, lambda, point }) =>
    kernel.scope(() => {
      const { low, lowCount, high } = writeEqWeights(kernel, point);
      const weightsAt = writePacked(kernel, weights);
      const positionsAt = writePacked(kernel, positions);
      const lambdaAt = writePacked(kernel, lambda);
      const sums = kernel.alloc(MASKED_SUMS * tiles.length);
      tiles.forEach((tile, i) => {
        kernel.scope(() => {
          const [entries, blocks] = writeDirty(kernel, tile);
          const count = tile.blocks.length + (tile.blocks.length & 1);
          const out = sums + MASKED_SUMS * i;
          const round = kernel.exports.mainDirtyRound;
          round(
            entries,
            blocks,
            count,
            bound,
            weightsAt,
            positionsAt,
            lambdaAt + 2 * ELEMENT_BYTES * i,
            low,
            lowCount,
            high,
            out,
          );
        });
      });
      return kernel.read(sums, MASKED_SUMS * tiles.length);
    }),
};
