import { G1_GENERATOR, g1Add, g1LinearCombination, g1Mul, g1Neg, isG1, type G1 } from "../../algebra/g1.js";
import { G2_GENERATOR, pairingProductIsOne } from "../../algebra/pairing.js";
import { FR_ONE, FR_ZERO, frAdd, frInv, frMul, frNeg, frPow, frSub, type Fr } from "../../algebra/fr.js";
import { FR_ORDER } from "../../protocol/constants.js";
import type { VerifierSrs } from "../kzg/srs.js";
import { batchClaims, interpolateAt, vanishingAt } from "./batch.js";
import { deriveSZetaInv } from "./identity.js";
import { MERCURY_POINTS, MERCURY_SCALARS, type MercuryProof } from "./proof.js";
import { areOpeningPointsDegenerate, MercuryChallenges } from "./transcript.js";

/** The claim "the committed polynomial's multilinear extension is `value` at `point`". */
export interface MercuryClaim {
  /** `C_G`, blinded by `ρ*`. */
  readonly commitment: G1;
  /** `ell` coordinates, least significant variable first; `ell` is even. */
  readonly point: readonly Fr[];
  readonly value: Fr;
  /** What the transcript starts from. Must bind commitment, point and value: that is the caller's duty. */
  readonly seedWords: readonly bigint[];
}

/** The check that rejected an opening. */
export type MercuryPhase = "mercury/encoding" | "mercury/challenges" | "mercury/division" | "mercury/batched-opening";

export type MercuryResult = { readonly ok: true } | { readonly ok: false; readonly phase: MercuryPhase };

/** `e(left, [1]_2) = e(right, [τ]_2)`. */
interface KzgEquation {
  readonly left: G1;
  readonly right: G1;
}

function holds({ left, right }: KzgEquation, srs: VerifierSrs): boolean {
  return pairingProductIsOne([
    [left, G2_GENERATOR],
    [g1Neg(right), srs.tau2],
  ]);
}

const isCanonical = (scalar: bigint): boolean => scalar >= 0n && scalar < FR_ORDER;

function isEncodingValid({ commitment, point, value }: MercuryClaim, proof: MercuryProof): boolean {
  const scalars = [...point, value, ...MERCURY_SCALARS.map((name) => proof[name])];
  if (!scalars.every(isCanonical)) return false;
  return [commitment, ...MERCURY_POINTS.map((name) => proof[name])].every(isG1);
}

/**
 * Verifies a Mercury opening. Completely determined by its arguments; says nothing about where the commitment,
 * the point and the value come from, nor that `srs` stems from an honest ceremony.
 *
 * One pairing product decides, as on chain. Only if it fails the two equations are looked at one by one, to
 * name the phase.
 */
export function verifyMercury(srs: VerifierSrs, claim: MercuryClaim, proof: MercuryProof): MercuryResult {
  if (!isEncodingValid(claim, proof)) return { ok: false, phase: "mercury/encoding" };
  const half = claim.point.length / 2;
  if (!Number.isInteger(half) || half < 1) return { ok: false, phase: "mercury/encoding" };
  const b = 2 ** half;

  const challenges = new MercuryChallenges(claim.seedWords, proof.blinding);
  const alpha = challenges.alpha(proof);
  const gamma = challenges.gamma(proof);
  const zeta = challenges.zeta(proof);
  const beta = challenges.beta(proof);
  const xi = challenges.xi(proof);
  const delta = challenges.delta(proof);
  if (areOpeningPointsDegenerate(alpha, zeta)) return { ok: false, phase: "mercury/challenges" };
  const zetaInv = frInv(zeta);

  // f - (ζ^b - α) q - g(ζ) vanishes at ζ; with ζ·[quotient] moved to the left nothing in G2 depends on ζ.
  const division: KzgEquation = {
    left: g1LinearCombination([
      [FR_ONE, claim.commitment],
      [frNeg(proof.blinding), srs.blindingBase],
      [frSub(alpha, frPow(zeta, b)), proof.q],
      [frNeg(proof.gZeta), G1_GENERATOR],
      [zeta, proof.quotient],
    ]),
    right: proof.quotient,
  };

  const zLow = claim.point.slice(0, half);
  const zHigh = claim.point.slice(half);
  const sZetaInv = deriveSZetaInv({ ...proof, zLow, zHigh, value: claim.value, gamma, zeta, zetaInv });
  const dZeta = frMul(frPow(zeta, b - 1), proof.gZetaInv);
  const claims = batchClaims({ zeta, zetaInv, alpha }, { ...proof, sZetaInv, dZeta });
  const weights = claims.map(({ others }, i) => frMul(frPow(beta, i), vanishingAt(others, xi)));
  const constant = claims.reduce<Fr>(
    (sum, { values }, i) => frAdd(sum, frMul(weights[i] ?? FR_ZERO, interpolateAt(values, xi))),
    FR_ZERO,
  );
  const opened = [proof.g, proof.h, proof.s, proof.d];
  const batched: KzgEquation = {
    left: g1LinearCombination([
      ...opened.map((commitment, i): [Fr, G1] => [weights[i] ?? FR_ZERO, commitment]),
      [frNeg(constant), G1_GENERATOR],
      [frNeg(vanishingAt([zeta, zetaInv, alpha], xi)), proof.w],
      [xi, proof.wPrime],
    ]),
    right: proof.wPrime,
  };

  const combined: KzgEquation = {
    left: g1Add(division.left, g1Mul(batched.left, delta)),
    right: g1Add(division.right, g1Mul(batched.right, delta)),
  };
  if (holds(combined, srs)) return { ok: true };
  return { ok: false, phase: holds(division, srs) ? "mercury/batched-opening" : "mercury/division" };
}
