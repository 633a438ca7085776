import { readCanonical, writePacked } from "../canonical.js";
import { ELEMENT_BYTES, type Kernel } from "../kernel.js";
import type { Task } from "../task.js";
import { writeEqWeights } from "./eq-weights.js";

/** Entries whose three lowest variables are bound at once. */
export const BLOCK = 8;

/** Largest magnitude that the sums of squares are exact for; range arguments have at most half of it. */
const MAX_MAGNITUDE = 2 ** 20;

/** Four integers an entry: three limbs of `R = l0 + 2^30 l1 + 2^60 l2`, and the mask's bit. */
export const DIRTY_INTS = 4;

/** A masked tile's blocks with masked entries. */
export interface DirtyBlocks {
  /** Ascending. */
  readonly blocks: Uint32Array;
  /** `DIRTY_INTS` integers for each of the blocks' entries. */
  readonly entries: Int32Array;
}

/** `Σ_blocks e_a e_b` of a tile's integers for `a <= b < 8`. @throws RangeError for integers beyond `2^20` */
export const mainGram: Task<Int32Array, BigInt64Array> = {
  name: "mainGram",
  run: (kernel, ints) =>
    kernel.scope(() => {
      const out = kernel.alloc(36 * 8);
      const bits = kernel.exports.mainGram(out, kernel.write(ints), ints.length / BLOCK);
      if (bits >= MAX_MAGNITUDE) throw new RangeError(`a residual is beyond ${MAX_MAGNITUDE}`);
      return new BigInt64Array(kernel.read(out, 36 * 8).buffer);
    }),
};

export interface LinearInput {
  /** Where the sums go: 32 bytes for each entry of the chunk. */
  readonly out: Uint8Array;
  /** The chunk's part of every vector. */
  readonly vectors: readonly Int32Array[];
  /** Canonical, a weight for each vector. */
  readonly weights: Uint8Array;
  /** Index of the chunk's first block. */
  readonly firstBlock: number;
  readonly masked: readonly (DirtyBlocks & {
    /** Canonical, a weight for each limb. */
    readonly weights: Uint8Array;
  })[];
}

/** `Σ_T W_T R_T` over a chunk of the entries. */
export const mainLinear: Task<LinearInput, void> = {
  name: "mainLinear",
  run: (kernel, { out, vectors, weights, firstBlock, masked }) => {
    kernel.scope(() => {
      const count = out.length / ELEMENT_BYTES;
      const sums = kernel.alloc(out.length);
      const ints = kernel.alloc(4 * count * vectors.length);
      vectors.forEach((vector, v) => {
        kernel.writeAt(ints + 4 * count * v, vector);
      });
      kernel.exports.mainLinear(sums, ints, 4 * count, writePacked(kernel, weights), vectors.length, count);
      for (const tile of masked) {
        kernel.scope(() => {
          const [entries, blocks] = writeDirty(kernel, tile);
          const limbs = writePacked(kernel, tile.weights);
          kernel.exports.mainDirtyLinear(sums, entries, blocks, tile.blocks.length, firstBlock, limbs);
        });
      }
      kernel.readInto(out, sums);
    });
  },
};

export interface BindInput {
  /** The tile's integers; in dirty blocks they are zero. */
  readonly ints: Int32Array;
  readonly dirty: DirtyBlocks | undefined;
  /** Canonical: eq weights of a block's entries, and those times 2^30 and 2^60. */
  readonly weights: Uint8Array;
  /** Where `R` and `b` go, an element a block. */
  readonly residual: Uint8Array;
  readonly mask: Uint8Array | undefined;
}

/** Binds three variables of a tile. */
export const mainBind: Task<BindInput, void> = {
  name: "mainBind",
  run: (kernel, { ints, dirty, weights, residual, mask }) => {
    kernel.scope(() => {
      const r = kernel.alloc(residual.length);
      const count = residual.length / ELEMENT_BYTES;
      const weightsAt = writePacked(kernel, weights);
      kernel.exports.mainBind(r, kernel.write(ints), count, weightsAt);
      if (dirty !== undefined && mask !== undefined) {
        // Shared memory starts with zeros.
        const b = kernel.write(mask);
        const [entries, blocks] = writeDirty(kernel, dirty);
        kernel.exports.mainDirtyBind(r, b, entries, blocks, dirty.blocks.length, weightsAt);
        kernel.readInto(mask, b);
      }
      kernel.readInto(residual, r);
    });
  },
};

export interface EvaluateInput {
  readonly vectors: readonly Int32Array[];
  /** Canonical. */
  readonly point: Uint8Array;
}

/** `Σ_x eq(point, x)·vector[x]`, vector after vector, lane by lane. */
export const mainEvaluate: Task<EvaluateInput, Uint8Array> = {
  name: "mainEvaluate",
  run: (kernel, { vectors, point }) =>
    kernel.scope(() => {
      const { low, lowCount, high } = writeEqWeights(kernel, point);
      kernel.exports.frToRadixVector(low, low, lowCount);
      const sums = kernel.alloc(2 * ELEMENT_BYTES * vectors.length);
      vectors.forEach((vector, v) => {
        kernel.scope(() => {
          const out = sums + 2 * ELEMENT_BYTES * v;
          kernel.exports.mainEvaluate(kernel.write(vector), vector.length, low, lowCount, high, out);
        });
      });
      return kernel.read(sums, 2 * ELEMENT_BYTES * vectors.length);
    }),
};

export interface FinishInput {
  /** Two elements each. */
  readonly vectors: readonly Uint8Array[];
  /** Canonical. */
  readonly challenge: Uint8Array;
}

/** Binds the last variable of vectors; an element each, canonical. */
export const mainFinish: Task<FinishInput, Uint8Array> = {
  name: "mainFinish",
  run: (kernel, { vectors, challenge }) =>
    kernel.scope(() => {
      const pairs = kernel.alloc(2 * ELEMENT_BYTES * vectors.length);
      vectors.forEach((vector, v) => {
        kernel.writeAt(pairs + 2 * ELEMENT_BYTES * v, vector.subarray(0, 2 * ELEMENT_BYTES));
      });
      kernel.exports.frFoldNodes(pairs, vectors.length, 1, writePacked(kernel, challenge));
      return readCanonical(kernel, pairs, vectors.length);
    }),
};

/** Writes dirty blocks, and one of zeros after them if their number is odd; addresses of entries and blocks. */
export function writeDirty(kernel: Kernel, { blocks, entries }: DirtyBlocks): [entries: number, blocks: number] {
  const padded = blocks.length + (blocks.length & 1);
  const entriesAt = kernel.alloc(4 * DIRTY_INTS * BLOCK * padded);
  const blocksAt = kernel.alloc(4 * padded);
  const used = entries.byteLength;
  kernel.view(entriesAt + used, 4 * DIRTY_INTS * BLOCK * padded - used).fill(0);
  kernel.view(blocksAt, 4 * padded).fill(0);
  kernel.writeAt(entriesAt, entries);
  kernel.writeAt(blocksAt, blocks);
  return [entriesAt, blocksAt];
}
