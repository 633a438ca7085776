import { g1Equals, g1LinearCombination, type G1 } from "../algebra/g1.js";
import { UnavailableError } from "../errors/errors.js";
import { FR_ONE, FR_ZERO, frAdd, frMul, toFr, type Fr } from "../algebra/fr.js";
import { createSystemRandomFr, type RandomFr } from "../algebra/random.js";
import type { Backend, FrVector, LinearTerm } from "../kernels/backend.js";
import { sharedInt32 } from "../kernels/shared-array.js";
import type { Srs } from "../argument/kzg/srs.js";
import { commitVector } from "./commit-vector.js";
import { forEachUnderWay } from "./under-way.js";

/** "These entries and this blinding are what the commitment was made of." */
export interface OpeningClaim {
  /** The entries, into the given array if that suits the source; read again where the claim is looked at alone. */
  readonly read: (into?: Int32Array) => Promise<Int32Array>;
  readonly commitment: G1;
  readonly blinding: Fr;
  /** What to throw if it is not so. */
  readonly error: () => Error;
}

/**
 * From so many tiles on they are checked together. One multi-scalar multiplication with full scalars takes as long as six or
 * seven with 24-bit entries on this library's kernels, eleven with ffjavascript; adding a tile to the sum takes a twentieth of one.
 */
export const COMBINED_FROM = 8;

/** Tiles that are added up at once: the sum so far is then read and written once for so many. */
const GROUP = 16;

/**
 * Checks openings of many commitments at once. Every claim `i` gets a weight `r_i` of 128 bits, drawn when its entries are
 * already fixed, and one equation is checked:
 *
 *     Σ r_i C_i = Σ_x (Σ_i r_i w_i,x) [τ^x]_1 + (Σ r_i ρ_i) H
 *
 * If any claim is false it holds with probability at most 2^-128: with the other weights given, for one `r_i` at most. Then,
 * and for less than 8 claims, every claim is recomputed by itself, and the first false one, in order, is named. This
 * protects whoever has the files against taking wrong ones; nobody else relies on it and no proof contains it.
 *
 * Memory, bytes an entry of a tile: 4 each for up to 32 tiles, 64 for two sums; sums before wait for the garbage collector.
 */
export class OpeningCheck {
  readonly #srs: Srs;
  readonly #backend: Backend;
  readonly #randomFr: RandomFr;
  readonly #claims: OpeningClaim[] = [];
  readonly #weights: Fr[] = [];
  readonly #spare: Int32Array[] = [];
  /** Claims whose entries are not in the sum yet. */
  #waiting: { readonly entries: Int32Array; readonly claim: OpeningClaim; readonly weight: Fr }[] = [];
  #sum: Promise<FrVector> | undefined;

  constructor(srs: Srs, backend: Backend, randomFr: RandomFr = createSystemRandomFr()) {
    this.#srs = srs;
    this.#backend = backend;
    this.#randomFr = randomFr;
  }

  /** An array to read entries into. */
  takeArray(length: number): Int32Array {
    const spare = this.#spare.pop();
    return spare?.length === length ? spare : sharedInt32(length);
  }

  /** Takes back an array that is not needed. */
  giveBack(entries: Int32Array): void {
    this.#spare.push(entries);
  }

  /** Adds a claim. `entries`, which are those that `claim.read` gives, belong to the check from now on. */
  async add(claim: OpeningClaim, entries: Int32Array): Promise<void> {
    const weight = toFr(BigInt.asUintN(128, this.#randomFr()));
    this.#claims.push(claim);
    this.#weights.push(weight);
    this.#waiting.push({ entries, claim, weight });
    if (this.#waiting.length < GROUP) return;
    // The next group is read while this one is added up, but no third one.
    await this.#sum;
    this.#addWaiting();
  }

  /** Resolves if every claim holds, else throws the error of the first that does not. */
  async finish(): Promise<void> {
    if (this.#claims.length < COMBINED_FROM) {
      await this.#recompute(
        this.#waiting.map(({ claim, entries }) => ({ claim, read: () => Promise.resolve(entries) })),
      );
      return;
    }
    await this.#sum;
    if (this.#waiting.length > 0) this.#addWaiting();
    const sum = await this.#sum;
    if (sum === undefined) return;
    const blinding = this.#claims.reduce(
      (total, claim, i) => frAdd(total, frMul(this.#weights[i] ?? FR_ZERO, claim.blinding)),
      FR_ZERO,
    );
    const combined = await commitVector(this.#srs, this.#backend, sum, blinding);
    const expected = g1LinearCombination(
      this.#claims.map(({ commitment }, i) => [this.#weights[i] ?? FR_ZERO, commitment] as const),
    );
    if (g1Equals(combined, expected)) return;
    await this.#recompute(this.#claims.map((claim) => ({ claim, read: claim.read })));
    throw new UnavailableError("the weights are not the committed ones, but when read again every tile is", {
      remedy: "Do not change the model's files while they are read.",
    });
  }

  #addWaiting(): void {
    const group = this.#waiting;
    const previous = this.#sum;
    this.#waiting = [];
    const add = async (): Promise<FrVector> => {
      const terms: LinearTerm[] = group.map(({ entries, weight }) => ({ weight, vector: entries }));
      if (previous !== undefined) terms.push({ weight: FR_ONE, vector: await previous });
      const length = Math.max(...terms.map(({ vector }) => vector.length));
      const sum = await this.#backend.linearCombination(length, terms);
      for (const { entries } of group) this.#spare.push(entries);
      return sum;
    };
    this.#sum = add();
    // Whoever waits for it gets the error; until then nobody may be waiting.
    this.#sum.catch(() => undefined);
  }

  /** Recomputes commitments one by one; throws for the first, in order, that differs. */
  async #recompute(claims: readonly { claim: OpeningClaim; read: OpeningClaim["read"] }[]): Promise<void> {
    const wrong: number[] = [];
    const read = async function* (): AsyncGenerator<{ index: number; claim: OpeningClaim; entries: Int32Array }> {
      for (const [index, each] of claims.entries()) {
        if (wrong.length > 0) return;
        yield { index, claim: each.claim, entries: await each.read() };
      }
    };
    await forEachUnderWay(read(), this.#backend.jobs, async ({ index, claim, entries }) => {
      const actual = await commitVector(this.#srs, this.#backend, entries, claim.blinding);
      if (!g1Equals(actual, claim.commitment)) wrong.push(index);
    });
    const first = claims[Math.min(...wrong)];
    if (first !== undefined) throw first.claim.error();
  }
}
