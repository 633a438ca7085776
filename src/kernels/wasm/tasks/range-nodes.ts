import { readCanonical, writePacked } from "../canonical.js";
import { ELEMENT_BYTES, type Kernel } from "../kernel.js";
import type { Task } from "../task.js";
import { writeEqWeights } from "./eq-weights.js";
import type { Fractions } from "./range-build.js";

export interface NodesRoundInput {
  /** Children of the slots' nodes, `8·pairs` fractions each; twice as many if a challenge is to be bound. */
  readonly slots: readonly Fractions[];
  readonly pairs: number;
  /** Canonical; bound before the round, in place. */
  readonly challenge: Uint8Array | undefined;
  /** Canonical; in the first round: `p3 += λ q3` in every node, in place. */
  readonly lambda: Uint8Array | undefined;
  /** The coordinates of the entry variables after the round's, canonical. */
  readonly point: Uint8Array;
  readonly withOne: boolean;
}

/** A round of a layer whose children are stored fractions; slot after slot four or five sums, lane by lane. */
export const rangeNodesRound: Task<NodesRoundInput, Uint8Array> = {
  name: "rangeNodesRound",
  run: (kernel, { slots, pairs, challenge, lambda, point, withOne }) =>
    kernel.scope(() => {
      const weights = writeEqWeights(kernel, point);
      const challengeAt = challenge === undefined ? 0 : writePacked(kernel, challenge);
      const sumBytes = 2 * ELEMENT_BYTES * (withOne ? 5 : 4);
      const sums = kernel.alloc(sumBytes * slots.length);
      slots.forEach(({ p, q }, s) => {
        kernel.scope(() => {
          const held = 8 * pairs * ELEMENT_BYTES;
          const length = challenge === undefined ? held : 2 * held;
          const pAt = kernel.write(p.subarray(0, length));
          const qAt = kernel.write(q.subarray(0, length));
          if (lambda !== undefined) kernel.exports.rangeFoldLambda(pAt, qAt, 2 * pairs, writePacked(kernel, lambda));
          const { low, lowCount, high } = weights;
          const out = sums + sumBytes * s;
          kernel.exports.rangeRound(pAt, qAt, pairs, challengeAt, low, lowCount, high, withOne, out);
          if (challenge !== undefined || lambda !== undefined) kernel.readInto(p.subarray(0, held), pAt);
          if (challenge !== undefined) kernel.readInto(q.subarray(0, held), qAt);
        });
      });
      return kernel.read(sums, sumBytes * slots.length);
    }),
};

export interface NodesFinishInput {
  /** Children of two nodes each (of one without a challenge): `p` and `q`, or `x` alone. */
  readonly slots: readonly (readonly Uint8Array[])[];
  /** Canonical; binds the last entry variable. */
  readonly challenge: Uint8Array | undefined;
}

/** Slot after slot the children of its one node, canonical. */
export const rangeFinish: Task<NodesFinishInput, Uint8Array> = {
  name: "rangeFinish",
  run: (kernel, { slots, challenge }) => kernel.scope(() => finish(kernel, slots, challenge)),
};

function finish(kernel: Kernel, slots: NodesFinishInput["slots"], challenge: Uint8Array | undefined): Uint8Array {
  const vectors = slots.flat();
  const challengeAt = challenge === undefined ? 0 : writePacked(kernel, challenge);
  const bound = kernel.alloc(4 * ELEMENT_BYTES * vectors.length);
  vectors.forEach((vector, i) => {
    kernel.scope(() => {
      const v = kernel.write(vector.subarray(0, 8 * ELEMENT_BYTES));
      if (challenge !== undefined) kernel.exports.frFoldNodes(v, 1, 4, challengeAt);
      kernel.writeAt(bound + 4 * ELEMENT_BYTES * i, kernel.view(v, 4 * ELEMENT_BYTES));
    });
  });
  return readCanonical(kernel, bound, 4 * vectors.length);
}
