import { g1Add, g1LinearCombination, g1Neg, type G1 } from "../algebra/g1.js";
import { segmentLayout, type OpeningClaim, type SegmentCommitments, type SegmentStatement } from "./statement.js";
import { FR_ZERO, frAdd, frMul, frPowers, frSub, type Fr } from "../algebra/fr.js";

/** Blindings of a segment's commitments, shaped like `SegmentCommitments`. Secret but for their combination `ρ*`. */
export interface SegmentBlindings {
  readonly base: readonly Fr[];
  readonly tuned: readonly Fr[];
  readonly masks: readonly Fr[];
  readonly factorA: Fr;
  readonly factorB: Fr;
  readonly multiplicity: Fr;
  readonly blinding: Fr;
}

/** Weights of the opened polynomial `G` (PROTOCOL 7.8), in the order of the statement's commitments. */
interface CombinationWeights {
  /** `θ^T`, of `C1_T - C0_T`. */
  readonly tiles: readonly Fr[];
  /** `θ^(S+T)`, of the masked slots in order. */
  readonly masks: readonly Fr[];
  readonly multiplicity: Fr;
  readonly factorA: Fr;
  readonly factorB: Fr;
  readonly blinding: Fr;
}

function combinationWeights(statement: SegmentStatement, { theta, psi }: OpeningClaim): CombinationWeights {
  const { slots } = statement.tier;
  const layout = segmentLayout(statement.tier, statement.places);
  const powers = frPowers(theta, 2 * slots + 1);
  const [, factorA, factorB, blinding] = frPowers(psi, 4) as [Fr, Fr, Fr, Fr];
  return {
    tiles: powers.slice(0, layout.usedSlots),
    masks: layout.masked.flatMap((masked, slot) => (masked ? [powers[slots + slot] as Fr] : [])),
    multiplicity: powers[2 * slots] as Fr,
    factorA,
    factorB,
    blinding,
  };
}

/** `C_G = Σ θ^T (C1_T - C0_T) + Σ θ^(S+T) C_b,T + θ^(2S) C_m + ψ C_A + ψ² C_B + ψ³ C_M`. */
export function combineCommitments(
  statement: SegmentStatement,
  claim: OpeningClaim,
  commitments: SegmentCommitments,
): G1 {
  const weights = combinationWeights(statement, claim);
  return g1LinearCombination([
    ...weights.tiles.map((weight, slot): [Fr, G1] => [
      weight,
      g1Add(commitments.tuned[slot] as G1, g1Neg(commitments.base[slot] as G1)),
    ]),
    ...weights.masks.map((weight, i): [Fr, G1] => [weight, commitments.masks[i] as G1]),
    [weights.multiplicity, commitments.multiplicity],
    [weights.factorA, commitments.factorA],
    [weights.factorB, commitments.factorB],
    [weights.blinding, commitments.blinding],
  ]);
}

/** `ρ*`: the same combination of the blindings. */
export function combineBlindings(statement: SegmentStatement, claim: OpeningClaim, blindings: SegmentBlindings): Fr {
  const weights = combinationWeights(statement, claim);
  return [
    ...weights.tiles.map((weight, slot) =>
      frMul(weight, frSub(blindings.tuned[slot] as Fr, blindings.base[slot] as Fr)),
    ),
    ...weights.masks.map((weight, i) => frMul(weight, blindings.masks[i] as Fr)),
    frMul(weights.multiplicity, blindings.multiplicity),
    frMul(weights.factorA, blindings.factorA),
    frMul(weights.factorB, blindings.factorB),
    frMul(weights.blinding, blindings.blinding),
  ].reduce<Fr>(frAdd, FR_ZERO);
}
