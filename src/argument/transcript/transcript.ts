import { FR_ZERO, type Fr } from "../../algebra/fr.js";
import { POSEIDON_RATE } from "../../protocol/constants.js";
import type { PoseidonEx } from "./poseidon.js";

/**
 * The Fiat-Shamir transcript (PROTOCOL 6): a chain of Poseidon permutations whose first lane is the state.
 *
 * A vector is cut into blocks of 16, the last block keeps the width that is left. Challenges are the lanes
 * 1, 2, … of the last permutation, so every challenge depends on everything absorbed before it.
 */
export class Transcript {
  readonly #permute: PoseidonEx;
  #state: Fr;

  constructor(permute: PoseidonEx, state: Fr = FR_ZERO) {
    this.#permute = permute;
    this.#state = state;
  }

  /** The state. Only the public fork may reveal it: after the salt it must stay secret (PROTOCOL 6). */
  get state(): Fr {
    return this.#state;
  }

  /** A second transcript that goes on from the same state. */
  fork(): Transcript {
    return new Transcript(this.#permute, this.#state);
  }

  /** Absorbs at least one element and returns `challenges` challenges (at most the last block's width). */
  absorb(vector: readonly Fr[], challenges: number): Fr[] {
    if (vector.length === 0) throw new RangeError("Transcript.absorb: the vector is empty");
    let lanes: Fr[] = [];
    for (let start = 0; start < vector.length; start += POSEIDON_RATE) {
      const block = vector.slice(start, start + POSEIDON_RATE);
      const last = start + POSEIDON_RATE >= vector.length;
      lanes = this.#permute(block, this.#state, last ? challenges + 1 : 1);
      this.#state = lanes[0] ?? FR_ZERO;
    }
    return lanes.slice(1);
  }

  /** Absorbs and returns the one challenge that follows. */
  challenge(vector: readonly Fr[]): Fr {
    const [challenge] = this.absorb(vector, 1);
    if (challenge === undefined) throw new RangeError("Transcript.challenge: no challenge was squeezed");
    return challenge;
  }
}
