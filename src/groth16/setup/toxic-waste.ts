import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { InputError } from "../../errors/errors.js";
import { FR_ONE, FR_ZERO, frMul, toFr, type Fr } from "../../algebra/fr.js";

/**
 * The secrets of a development setup. Whoever has them forges proofs and opens commitments to anything: they are for
 * tests and local chains, and never leave the function that uses them.
 */
export interface ToxicWaste {
  readonly tau: Fr;
  readonly alpha: Fr;
  readonly beta: Fr;
  readonly gamma: Fr;
  readonly delta: Fr;
}

/** BN254's scalar field has a subgroup of order 2^28: the largest domain of a QAP. */
const TWO_ADICITY = 28;
/** Below this the secrets could be guessed from the public points. */
export const MIN_ENTROPY_BYTES = 32;

/**
 * Derives the secrets from entropy: bytes of the system's random source, or of a seed where a test must be repeatable.
 * Every element is keccak256 over two blocks, 512 bits reduced mod p. All are nonzero, `τ` is outside every domain,
 * and `γ ≠ δ`. Throws `InputError` for fewer than 32 bytes.
 */
export function deriveToxicWaste(entropy: Uint8Array): ToxicWaste {
  if (entropy.length < MIN_ENTROPY_BYTES) {
    throw new InputError(`the setup's entropy has ${entropy.length} bytes, expected at least ${MIN_ENTROPY_BYTES}`);
  }
  const tau = deriveElement(entropy, "tau", (value) => !isInSomeDomain(value));
  const alpha = deriveElement(entropy, "alpha", () => true);
  const beta = deriveElement(entropy, "beta", () => true);
  const gamma = deriveElement(entropy, "gamma", () => true);
  const delta = deriveElement(entropy, "delta", (value) => value !== gamma);
  return { tau, alpha, beta, gamma, delta };
}

/** The bytes of a textual seed, long enough for `deriveToxicWaste`. For tests: a seed has no secrecy. */
export function entropyOfSeed(seed: string): Uint8Array {
  return keccak_256(utf8ToBytes(`fine-tuning-integrity/insecure-dev-setup/seed/${seed}`));
}

function deriveElement(entropy: Uint8Array, name: string, accepts: (value: Fr) => boolean): Fr {
  for (let attempt = 0; ; attempt++) {
    const block = (half: number): Uint8Array =>
      keccak_256(
        concatBytes(utf8ToBytes(`fine-tuning-integrity/insecure-dev-setup/${name}/${attempt}/${half}/`), entropy),
      );
    const value = toFr(BigInt(`0x${bytesToHex(concatBytes(block(0), block(1)))}`));
    if (value !== FR_ZERO && accepts(value)) return value;
  }
}

function isInSomeDomain(value: Fr): boolean {
  let power = value;
  for (let i = 0; i < TWO_ADICITY; i++) power = frMul(power, power);
  return power === FR_ONE;
}
