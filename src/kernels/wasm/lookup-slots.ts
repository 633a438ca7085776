import { FR_ONE, FR_ZERO, frInv, frMul, frSub, type Fr } from "../../algebra/fr.js";
import { eqTable } from "../../algebra/eq.js";
import { canonicalBytes, elementsOf, laneSums } from "./canonical.js";
import { firstRoundValues, roundValues, type RoundValues } from "./first-round.js";
import { ELEMENT_BYTES } from "./kernel.js";
import type { EntryNodes, EntrySlots, RoundRequest } from "./node-slots.js";
import type { Pool } from "./pool.js";
import { overGroups, slotGroups } from "./slot-groups.js";
import { rangeFinish } from "./tasks/range-nodes.js";
import {
  rangeLookupsFinish,
  rangeLookupsFirst,
  rangeLookupsRound,
  rangeLookupsSecond,
  type BoundLookups,
} from "./tasks/range-lookups.js";
import { sharedBytes } from "../shared-array.js";

export interface LookupIntegers {
  readonly ints: Int32Array;
  /** Memory that may be written over. */
  readonly spare: Uint8Array | undefined;
}

interface Slot extends LookupIntegers {
  x: Uint8Array | undefined;
}

/**
 * Slots of lookups in the leaf layer. Two rounds work on the integers; then the denominators with both variables bound
 * are stored, times λ (assembly/range-lookups.ts): 8 bytes a leaf.
 */
export class LookupSlots implements EntrySlots {
  readonly #pool: Pool;
  readonly #slots: readonly Slot[];
  readonly #alpha: Fr;
  readonly #lambda: Fr;
  /** What the denominators are multiplied by: λ, or 1 if it is zero. */
  readonly #scale: Fr;
  readonly #challenges: Fr[] = [];

  constructor(pool: Pool, slots: readonly LookupIntegers[], alpha: Fr, lambda: Fr) {
    this.#pool = pool;
    this.#slots = slots.map(({ ints, spare }) => ({ ints, spare, x: undefined }));
    this.#alpha = alpha;
    this.#lambda = lambda;
    this.#scale = lambda === FR_ZERO ? FR_ONE : lambda;
  }

  async round(request: RoundRequest): Promise<RoundValues[]> {
    const bound = this.#challenges.length;
    const sums = await (bound === 0 ? this.#first(request) : this.#later(request, bound));
    const lanes = request.pairs === 1 ? 1 : 2;
    const inverse = bound === 0 ? FR_ONE : frInv(frMul(this.#scale, frMul(this.#scale, this.#scale)));
    return sums.map((bytes) => {
      const values = laneSums(bytes, lanes);
      return bound === 0 ? firstRoundValues(values, this.#alpha, this.#lambda) : roundValues(values, inverse);
    });
  }

  bind(challenge: Fr): void {
    this.#challenges.push(challenge);
  }

  async finish(): Promise<EntryNodes[]> {
    const scaled = await this.#scaledNodes();
    const inverse = frInv(this.#scale);
    return scaled.map((bytes) => ({
      p: [FR_ONE, FR_ONE, FR_ONE, FR_ONE],
      q: elementsOf(bytes).map((x) => frMul(x, inverse)),
    }));
  }

  #first({ pairs, point, withOne }: RoundRequest): Promise<Uint8Array[]> {
    return overGroups(slotGroups(this.#slots, pairs, this.#pool.jobs), (group) =>
      this.#pool.run(rangeLookupsFirst, { slots: group.map(({ ints }) => ints), pairs, point, withOne }),
    );
  }

  #later({ pairs, point, withOne }: RoundRequest, bound: number): Promise<Uint8Array[]> {
    const shared = { pairs, point, withOne, withProduct: this.#lambda !== FR_ZERO, bound: this.#boundLookups() };
    return overGroups(slotGroups(this.#slots, pairs, this.#pool.jobs), (group) => {
      if (bound === 1) {
        return this.#pool.run(rangeLookupsSecond, { ...shared, slots: group.map(({ ints }) => ints) });
      }
      const slots = group.map((slot) => {
        const ints = slot.x === undefined ? slot.ints : undefined;
        slot.x ??= memoryOf(slot, 8 * pairs * ELEMENT_BYTES);
        return { x: slot.x, ints };
      });
      const challenge = bound === 2 ? undefined : canonicalBytes(this.#challenges.slice(-1));
      return this.#pool.run(rangeLookupsRound, { ...shared, slots, challenge });
    });
  }

  /** Weights of the integers with all (at most two) challenges so far bound. */
  #boundLookups(): BoundLookups {
    const weights = eqTable(this.#challenges.slice(0, 2)).map((weight) => frMul(weight, this.#scale));
    return { weights: canonicalBytes(weights), constant: canonicalBytes([frMul(this.#alpha, this.#scale)]) };
  }

  #scaledNodes(): Promise<Uint8Array[]> {
    const groups = slotGroups(this.#slots, 1, this.#pool.jobs);
    if (this.#challenges.length === 0) {
      return Promise.resolve(this.#slots.map(({ ints }) => canonicalBytes(Array.from(ints, (e) => this.#unbound(e)))));
    }
    // Entry variables come in twos: after none or two, the integers are all there is.
    if (this.#challenges.length === 2) {
      const bound = this.#boundLookups();
      return overGroups(groups, (group) =>
        this.#pool.run(rangeLookupsFinish, { slots: group.map(({ ints }) => ints), bound }),
      );
    }
    const challenge = canonicalBytes(this.#challenges.slice(-1));
    return overGroups(groups, (group) =>
      this.#pool.run(rangeFinish, { slots: group.map(({ x }) => (x === undefined ? [] : [x])), challenge }),
    );
  }

  #unbound(entry: number): Fr {
    return frMul(frSub(this.#alpha, BigInt(-entry) as Fr), this.#scale);
  }
}

function memoryOf({ spare }: LookupIntegers, bytes: number): Uint8Array {
  return spare !== undefined && spare.length >= bytes ? spare.subarray(0, bytes) : sharedBytes(bytes);
}
