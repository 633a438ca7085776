import type { G1 } from "../../algebra/g1.js";
import { hashToFr, keccakWords, type Word } from "../../algebra/keccak.js";
import type { Hex } from "../../algebra/hex.js";
import { FR_ONE, frMul, frNeg, type Fr } from "../../algebra/fr.js";
import type { MercuryProof } from "./proof.js";

/**
 * The opening's Fiat-Shamir transcript: `state = keccak256(state, new words)`, the challenge is the state mod p.
 * It starts from `keccak256(seed words, ρ*)`; the seed words are the verified public signals, which bind the
 * commitment, the point and the value.
 */
class MercuryTranscript {
  #state: Hex;

  constructor(seedWords: readonly bigint[]) {
    this.#state = keccakWords(seedWords);
  }

  challenge(words: readonly Word[]): Fr {
    this.#state = keccakWords([this.#state, ...words]);
    return hashToFr(this.#state);
  }
}

const coordinates = (...points: readonly G1[]): bigint[] => points.flatMap(({ x, y }) => [x, y]);

type Sent<K extends keyof MercuryProof> = Pick<MercuryProof, K>;

/**
 * The six challenges in protocol order. Each method absorbs the prover's messages that precede its challenge, so
 * prover and verifier cannot absorb differently. Call each once, in order.
 */
export class MercuryChallenges {
  readonly #transcript: MercuryTranscript;

  /** `blinding` is `ρ*`. */
  constructor(seedWords: readonly bigint[], blinding: Fr) {
    this.#transcript = new MercuryTranscript([...seedWords, blinding]);
  }

  alpha({ h }: Sent<"h">): Fr {
    return this.#transcript.challenge(coordinates(h));
  }

  gamma({ q, g }: Sent<"q" | "g">): Fr {
    return this.#transcript.challenge(coordinates(q, g));
  }

  zeta({ s, d }: Sent<"s" | "d">): Fr {
    return this.#transcript.challenge(coordinates(s, d));
  }

  beta(sent: Sent<"gZeta" | "gZetaInv" | "hZeta" | "hZetaInv" | "hAlpha" | "sZeta" | "quotient">): Fr {
    const { gZeta, gZetaInv, hZeta, hZetaInv, hAlpha, sZeta, quotient } = sent;
    return this.#transcript.challenge([gZeta, gZetaInv, hZeta, hZetaInv, hAlpha, sZeta, ...coordinates(quotient)]);
  }

  xi({ w }: Sent<"w">): Fr {
    return this.#transcript.challenge(coordinates(w));
  }

  delta({ wPrime }: Sent<"wPrime">): Fr {
    return this.#transcript.challenge(coordinates(wPrime));
  }
}

/** Whether the challenges make the opening points `ζ, 1/ζ, α` undefined or equal (`ζ ∈ {0, ±1}`, `α ∈ {ζ, 1/ζ}`). */
export function areOpeningPointsDegenerate(alpha: Fr, zeta: Fr): boolean {
  if (zeta === 0n || zeta === FR_ONE || zeta === frNeg(FR_ONE)) return true;
  return alpha === zeta || frMul(alpha, zeta) === FR_ONE;
}
