import { frAdd, frMul, frSub, toFr, type Fr } from "../../algebra/fr.js";
import { FR_ZERO } from "../../algebra/fr.js";
import { foldFour, replaySplitEqSumcheck } from "../sumcheck/verify.js";
import { VerificationError } from "../../errors/errors.js";
import type { Tier } from "../../protocol/tiers.js";
import type { Transcript } from "../transcript/transcript.js";
import type { RangeProof } from "./proof.js";

/** What the range argument leaves to be checked at the leaves (PROTOCOL 7.2). */
export interface LeafClaim {
  /** `leafVars` coordinates: the first `ell` select the entry, the last `mu` the slot. */
  readonly point: readonly Fr[];
  /** Claimed multilinear extension of the numerators. */
  readonly numerator: Fr;
  /** Claimed multilinear extension of the denominators. */
  readonly denominator: Fr;
}

/** The fraction sum of four children `p_c/q_c`: `((p0/q0 + p1/q1) + (p2/q2 + p3/q3))`. */
export function sumFractions(children: readonly Fr[]): { p: Fr; q: Fr } {
  const [p0, p1, p2, p3, q0, q1, q2, q3] = children as readonly [Fr, Fr, Fr, Fr, Fr, Fr, Fr, Fr];
  const low = frAdd(frMul(p0, q1), frMul(p1, q0));
  const high = frAdd(frMul(p2, q3), frMul(p3, q2));
  const lowQ = frMul(q0, q1);
  const highQ = frMul(q2, q3);
  return { p: frAdd(frMul(low, highQ), frMul(high, lowQ)), q: frMul(lowQ, highQ) };
}

/**
 * Verifies the LogUp-GKR proof that the leaves' fractions sum to zero, up to the claim it returns.
 * The caller has checked the proof's shape. Throws `VerificationError` with the phase.
 */
export function verifyRange(tier: Tier, proof: RangeProof, transcript: Transcript): LeafClaim {
  const root = sumFractions(proof.root);
  if (root.p !== 0n) {
    throw new VerificationError("range/root", "the fractions do not sum to zero: an entry is outside the range", {
      expected: "0",
      actual: root.p.toString(),
    });
  }
  if (root.q === 0n) throw new VerificationError("range/root", "the common denominator is zero");

  let children = proof.root;
  let innerPoint: readonly Fr[] = [];
  for (let depth = 1; ; depth++) {
    const isLast = depth === tier.leafVars / 2;
    const [c0, c1, lambda] = transcript.absorb(children, isLast ? 2 : 3) as [Fr, Fr, Fr];
    const point = [c0, c1, ...innerPoint];
    const numerator = foldFour(children.slice(0, 4), c0, c1);
    const denominator = foldFour(children.slice(4, 8), c0, c1);
    const layer = proof.layers[depth - 1];
    if (layer === undefined) return { point, numerator, denominator };

    const claim = frAdd(numerator, frMul(lambda, denominator));
    const replay = replaySplitEqSumcheck(claim, point, layer.rounds, transcript);
    const { p, q } = sumFractions(layer.children);
    const expected = frAdd(p, frMul(lambda, q));
    if (replay.value !== expected) {
      throw new VerificationError(`range/layer ${depth}`, "the round polynomials do not lead to the children", {
        expected: expected.toString(),
        actual: replay.value.toString(),
      });
    }
    children = layer.children;
    innerPoint = replay.point;
  }
}

/** `id(x) = Σ_i 2^i x_i - 2^(ell-1)`: the lookup table's multilinear extension. */
export function identityAt(tier: Tier, point: readonly Fr[]): Fr {
  let total: Fr = FR_ZERO;
  for (let i = tier.ell - 1; i >= 0; i--) total = frAdd(frAdd(total, total), point[i] as Fr);
  return frSub(total, toFr(1n << BigInt(tier.ell - 1)));
}
