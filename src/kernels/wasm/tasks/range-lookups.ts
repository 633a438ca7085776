import { readCanonical, writePacked } from "../canonical.js";
import { ELEMENT_BYTES } from "../kernel.js";
import type { Task } from "../task.js";
import { writeEqWeights } from "./eq-weights.js";

/** Limb sums of the first round at 0, -1, 2 and of the leading coefficients, and those at 1. */
export const FIRST_ROUND_SUMS = { common: 30, one: 9 } as const;

export interface LookupsFirstInput {
  /** Four integers a node, `2·pairs` nodes a slot. */
  readonly slots: readonly Int32Array[];
  readonly pairs: number;
  /** The coordinates of the entry variables after the first, canonical. */
  readonly point: Uint8Array;
  readonly withOne: boolean;
}

/** The leaf layer's first round; slot after slot 30 or 39 limb sums, lane by lane. */
export const rangeLookupsFirst: Task<LookupsFirstInput, Uint8Array> = {
  name: "rangeLookupsFirst",
  run: (kernel, { slots, pairs, point, withOne }) =>
    kernel.scope(() => {
      const { low, lowCount, high } = writeEqWeights(kernel, point);
      kernel.exports.frToRadixVector(low, low, lowCount);
      const count = FIRST_ROUND_SUMS.common + (withOne ? FIRST_ROUND_SUMS.one : 0);
      const sumBytes = 2 * ELEMENT_BYTES * count;
      const sums = kernel.alloc(sumBytes * slots.length);
      slots.forEach((slot, s) => {
        kernel.scope(() => {
          const ints = kernel.write(slot);
          const out = sums + sumBytes * s;
          kernel.exports.rangeLookupFirst(ints, pairs, low, lowCount, high, false, out);
          const ones = out + 2 * ELEMENT_BYTES * FIRST_ROUND_SUMS.common;
          if (withOne) kernel.exports.rangeLookupFirst(ints, pairs, low, lowCount, high, true, ones);
        });
      });
      return kernel.read(sums, sumBytes * slots.length);
    }),
};

/** How integers `e` become scaled, bound denominators: `constant + Σ weights_i e_i`; canonical. */
export interface BoundLookups {
  readonly weights: Uint8Array;
  readonly constant: Uint8Array;
}

interface LookupsRoundInput {
  readonly pairs: number;
  /** The coordinates of the entry variables after the round's, canonical. */
  readonly point: Uint8Array;
  /** False if λ is zero. */
  readonly withProduct: boolean;
  readonly withOne: boolean;
}

export interface LookupsSecondInput extends LookupsRoundInput {
  readonly slots: readonly Int32Array[];
  readonly bound: BoundLookups;
}

/** The leaf layer's second round, from the integers; slot after slot four or five sums, lane by lane. */
export const rangeLookupsSecond: Task<LookupsSecondInput, Uint8Array> = {
  name: "rangeLookupsSecond",
  run: (kernel, { slots, pairs, point, withProduct, withOne, bound }) =>
    kernel.scope(() => {
      const { low, lowCount, high } = writeEqWeights(kernel, point);
      const weights = writePacked(kernel, bound.weights);
      const constant = writePacked(kernel, bound.constant);
      const sumBytes = 2 * ELEMENT_BYTES * (withOne ? 5 : 4);
      const sums = kernel.alloc(sumBytes * slots.length);
      slots.forEach((slot, s) => {
        kernel.scope(() => {
          const ints = kernel.write(slot);
          const out = sums + sumBytes * s;
          const { rangeLookupSecond } = kernel.exports;
          rangeLookupSecond(ints, pairs, weights, constant, low, lowCount, high, withProduct, withOne, out);
        });
      });
      return kernel.read(sums, sumBytes * slots.length);
    }),
};

/** A slot's scaled denominators, and in the third round the integers they are made of. */
export interface LookupSlot {
  readonly x: Uint8Array;
  readonly ints: Int32Array | undefined;
}

export interface LookupsLaterInput extends LookupsRoundInput {
  readonly slots: readonly LookupSlot[];
  /** For integers: two variables at once, four weights. */
  readonly bound: BoundLookups;
  /** Canonical; bound before the round, in place, where `x` is held already. */
  readonly challenge: Uint8Array | undefined;
}

/** A later round on scaled denominators; slot after slot four or five sums, lane by lane. */
export const rangeLookupsRound: Task<LookupsLaterInput, Uint8Array> = {
  name: "rangeLookupsRound",
  run: (kernel, { slots, pairs, point, withProduct, withOne, bound, challenge }) =>
    kernel.scope(() => {
      const { low, lowCount, high } = writeEqWeights(kernel, point);
      const weights = writePacked(kernel, bound.weights);
      const constant = writePacked(kernel, bound.constant);
      const challengeAt = challenge === undefined ? 0 : writePacked(kernel, challenge);
      const sumBytes = 2 * ELEMENT_BYTES * (withOne ? 5 : 4);
      const sums = kernel.alloc(sumBytes * slots.length);
      const held = 8 * pairs * ELEMENT_BYTES;
      slots.forEach(({ x, ints }, s) => {
        kernel.scope(() => {
          let at: number;
          if (ints === undefined) {
            at = kernel.write(x.subarray(0, challenge === undefined ? held : 2 * held));
          } else {
            at = kernel.alloc(held);
            kernel.exports.rangeLookupBind(at, kernel.write(ints), 2 * pairs, weights, constant);
          }
          const folded = ints === undefined ? challengeAt : 0;
          const out = sums + sumBytes * s;
          const { rangeLookupRound } = kernel.exports;
          rangeLookupRound(at, pairs, folded, low, lowCount, high, withProduct, withOne, out);
          if (folded !== 0 || ints !== undefined) kernel.readInto(x.subarray(0, held), at);
        });
      });
      return kernel.read(sums, sumBytes * slots.length);
    }),
};

export interface LookupsFinishInput {
  readonly slots: readonly Int32Array[];
  readonly bound: BoundLookups;
}

/** Binds both entry variables of slots of four nodes; slot after slot four denominators, canonical. */
export const rangeLookupsFinish: Task<LookupsFinishInput, Uint8Array> = {
  name: "rangeLookupsFinish",
  run: (kernel, { slots, bound }) =>
    kernel.scope(() => {
      const weights = writePacked(kernel, bound.weights);
      const constant = writePacked(kernel, bound.constant);
      const x = kernel.alloc(4 * ELEMENT_BYTES * slots.length);
      slots.forEach((ints, s) => {
        kernel.scope(() => {
          kernel.exports.rangeLookupBind(x + 4 * ELEMENT_BYTES * s, kernel.write(ints), 1, weights, constant);
        });
      });
      return readCanonical(kernel, x, 4 * slots.length);
    }),
};
