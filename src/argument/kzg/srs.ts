import { G1_GENERATOR, g1Neg, isG1, isG1Infinity, type G1, type G2 } from "../../algebra/g1.js";
import { G2_GENERATOR, isG2, pairingProductIsOne } from "../../algebra/pairing.js";
import { InputError } from "../../errors/errors.js";
import { keccakWords } from "../../algebra/keccak.js";
import type { Hex } from "../../algebra/hex.js";

/** What a verifier of openings needs of the SRS. */
export interface VerifierSrs {
  /** `[τ]_2`. */
  readonly tau2: G2;
  /** The blinding generator `H = [β]_1`, whose logarithm nobody knows. */
  readonly blindingBase: G1;
}

/** The part of a `.ptau` file that commitments use (PROTOCOL 1). */
export interface Srs extends VerifierSrs {
  /** Number of powers, `τ^0 … τ^(size-1)`. */
  readonly size: number;
  /** `[τ]_1`. */
  readonly tau1: G1;
  /** `size × 64` bytes: affine x, y in Montgomery form (R = 2^256), little-endian, as in a `.ptau`. */
  readonly powers: Uint8Array;
}

/** `keccak256(abi.encode(τ1, β1, τ2))`, G2 in the EVM's order (imaginary part first). Names the SRS in model ids. */
export function srsId(srs: Pick<Srs, "tau1" | "tau2" | "blindingBase">): Hex {
  const { tau1, tau2, blindingBase } = srs;
  return keccakWords([tau1.x, tau1.y, blindingBase.x, blindingBase.y, tau2.x.c1, tau2.x.c0, tau2.y.c1, tau2.y.c0]);
}

/**
 * Throws `InputError` unless the points are valid, finite, and `τ` is the same in both groups. That `powers` are
 * powers of that `τ` and that nobody knows `β` is the ceremony's claim and is not checked here.
 */
export function assertSrs(srs: Pick<Srs, "tau1" | "tau2" | "blindingBase">): void {
  const { tau1, tau2, blindingBase } = srs;
  const reject = (detail: string): never => {
    throw new InputError(`SRS: ${detail}`, { remedy: "Use a .ptau file of a BN254 (bn128) ceremony." });
  };
  if (!isG1(tau1) || isG1Infinity(tau1)) reject("[tau]_1 is not a finite point of G1");
  if (!isG1(blindingBase) || isG1Infinity(blindingBase)) reject("[beta]_1 is not a finite point of G1");
  if (!isG2(tau2)) reject("[tau]_2 is not a finite point of G2");
  const agrees = pairingProductIsOne([
    [tau1, G2_GENERATOR],
    [g1Neg(G1_GENERATOR), tau2],
  ]);
  if (!agrees) reject("[tau]_1 and [tau]_2 have different logarithms");
}
