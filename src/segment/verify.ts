import { factorClaimExponents, factorWeights } from "./factor-weights.js";
import {
  segmentLayout,
  statementVector,
  type OpeningClaim,
  type SegmentLayout,
  type SegmentStatement,
  unitFactor,
} from "./statement.js";
import { VerificationError } from "../errors/errors.js";
import { FR_ONE, FR_ZERO, frAdd, frInv, frMul, frOf, frPow, frPowers, frSub, toFr, type Fr } from "../algebra/fr.js";
import { eqAt, eqTable } from "../algebra/eq.js";
import { innerProduct } from "../algebra/univariate.js";
import { FR_ORDER, NONZEROS_BITS, RESIDUAL_SQ_BITS } from "../protocol/constants.js";
import { identityAt, verifyRange, type LeafClaim } from "../argument/range/verify.js";
import { replaySumcheck } from "../argument/sumcheck/verify.js";
import { domainSeparator } from "../argument/transcript/domain.js";
import { poseidonEx, type PoseidonEx } from "../argument/transcript/poseidon.js";
import { Transcript } from "../argument/transcript/transcript.js";
import { assertProofShape, proofElements, type SegmentProof } from "./proof.js";

/** What a valid segment proof leaves to be checked: one opening of a public combination of commitments. */
export interface VerifiedSegment {
  readonly claim: OpeningClaim;
  /** State of the public fork; the wrapper's first public signal. */
  readonly h: Fr;
}

export type SegmentResult =
  | { readonly valid: true; readonly segment: VerifiedSegment }
  | { readonly valid: false; readonly error: VerificationError };

/**
 * Verifies an unwrapped segment proof, steps 1 to 8 of PROTOCOL 7.
 *
 * Left to the caller: that `statement.d1` and the places are those of the commitments and of the policy
 * (`contextDigest`, `placeOf`), and the opening of the combined commitment to `claim.y` at `claim.z`.
 * Throws `InputError` for a statement that no tier holds; a bad proof is a result, not an exception.
 */
export function verifySegment(
  statement: SegmentStatement,
  proof: SegmentProof,
  permute: PoseidonEx = poseidonEx,
): SegmentResult {
  const layout = segmentLayout(statement.tier, statement.places);
  try {
    return { valid: true, segment: replaySegment(statement, layout, proof, permute) };
  } catch (error) {
    if (error instanceof VerificationError) return { valid: false, error };
    throw error;
  }
}

/** `verifySegment` that throws the `VerificationError`. */
export function assertSegment(
  statement: SegmentStatement,
  proof: SegmentProof,
  permute: PoseidonEx = poseidonEx,
): VerifiedSegment {
  const result = verifySegment(statement, proof, permute);
  if (!result.valid) throw result.error;
  return result.segment;
}

function replaySegment(
  statement: SegmentStatement,
  layout: SegmentLayout,
  proof: SegmentProof,
  permute: PoseidonEx,
): VerifiedSegment {
  const { tier } = statement;
  assertProofShape(tier, proof);
  assertCanonical(proof);

  // Step 1. The public fork leaves before the salt: what it reveals is a hash of public values only.
  const transcript = new Transcript(permute);
  transcript.absorb([domainSeparator(tier), ...statementVector(statement)], 0);
  const publicFork = transcript.fork();
  const alpha = transcript.challenge([proof.salt]);

  // Step 2.
  const leaf = verifyRange(tier, proof.range, transcript);
  const slotWeights = eqTable(leaf.point.slice(tier.ell));

  // Step 3.
  assertSums(statement, proof);
  const lambda = transcript.challenge(proof.sums.flatMap((sums) => [toFr(sums.sumSquares), toFr(sums.nonzeros)]));

  // Steps 4 and 5.
  const initial = initialMainClaim(statement, layout, proof, leaf, slotWeights, alpha, lambda);
  const main = replaySumcheck(initial, proof.main, transcript);
  const { residuals, masks, factorA, factorB, multiplicity } = proof.evaluations;
  const theta = transcript.challenge([...residuals, ...masks, factorA, factorB, multiplicity]);
  assertUnusedAreZero(statement, layout, proof);
  const eqLeaf = eqAt(leaf.point.slice(0, tier.ell), main.point);
  expectEqual("main/final", main.value, finalMainValue(statement, layout, proof, slotWeights, lambda, eqLeaf));

  // Step 6.
  const { sa, sc } = proof.factorClaims;
  const chi = transcript.challenge(sa.flatMap((row, g) => row.flatMap((value, k) => [value, sc[g]?.[k] ?? FR_ZERO])));
  assertRanks(statement, proof);
  const y1 = combinedAtMainPoint(statement, layout, proof, theta);

  // Step 7.
  let claim = frAdd(y1, frAdd(frMul(chi, factorA), frMul(frMul(chi, chi), factorB)));
  for (let g = 0; g < tier.maxRankRules; g++) {
    for (let k = 0; k < tier.maxRank; k++) {
      const exponents = factorClaimExponents(tier.maxRank, g, k);
      claim = frAdd(claim, frMul(frPow(chi, exponents.a), sa[g]?.[k] ?? FR_ZERO));
      claim = frAdd(claim, frMul(frPow(chi, exponents.b), sc[g]?.[k] ?? FR_ZERO));
    }
  }
  const opening = replaySumcheck(claim, proof.opening, transcript);
  const atZ = proof.openingEvaluations;
  const psi = transcript.challenge([atZ.combined, atZ.factorA, atZ.factorB, atZ.blinding]);
  const zLow = opening.point.slice(0, tier.t);
  const zHigh = opening.point.slice(tier.t);
  const rowsOfZ = eqTable(zHigh);
  const weights = factorWeights(statement, layout, theta, chi);
  const combined = frAdd(atZ.combined, frAdd(frMul(chi, atZ.factorA), frMul(frMul(chi, chi), atZ.factorB)));
  const weightA = frMul(eqAt(main.point.slice(tier.t), zLow), innerProduct(rowsOfZ, weights.omegaA));
  const weightB = frMul(eqAt(main.point.slice(0, tier.t), zLow), innerProduct(rowsOfZ, weights.omegaB));
  const finalOpening = frAdd(
    frMul(eqAt(main.point, opening.point), combined),
    frAdd(frMul(weightA, atZ.factorA), frMul(weightB, atZ.factorB)),
  );
  expectEqual("opening/final", opening.value, finalOpening);

  // Step 8.
  const psi2 = frMul(psi, psi);
  const y = [
    atZ.combined,
    frMul(psi, atZ.factorA),
    frMul(psi2, atZ.factorB),
    frMul(frMul(psi2, psi), atZ.blinding),
  ].reduce<Fr>(frAdd, FR_ZERO);
  publicFork.absorb([theta, psi, ...opening.point, y], 0);
  return { claim: { theta, psi, z: opening.point, y }, h: publicFork.state };
}

function expectEqual(phase: string, actual: Fr, expected: Fr): void {
  if (actual !== expected) {
    throw new VerificationError(phase, "the claimed values do not fit the round polynomials", {
      expected: expected.toString(),
      actual: actual.toString(),
    });
  }
}

function assertCanonical(proof: SegmentProof): void {
  for (const { path, value } of proofElements(proof)) {
    if (value < 0n || value >= FR_ORDER) {
      throw new VerificationError("canonical", `${path} is not a canonical field element`, {
        actual: value.toString(),
      });
    }
  }
}

/** Step 3: the slack of every bound is a small non-negative integer. */
function assertSums(statement: SegmentStatement, proof: SegmentProof): void {
  proof.sums.forEach(({ sumSquares, nonzeros }, g) => {
    const maxResidualSq = statement.places[g]?.maxResidualSq ?? 0n;
    const maxNonzeros = statement.places[g]?.maxNonzeros ?? 0n;
    const check = (phase: string, slack: Fr, bits: number, measured: bigint, allowed: bigint): void => {
      if (slack >> BigInt(bits) !== 0n) {
        throw new VerificationError(phase, `rule place ${g} exceeds its bound`, {
          expected: `at most ${allowed}`,
          actual: measured.toString(),
        });
      }
    };
    check("sums/residual", toFr(maxResidualSq - sumSquares), RESIDUAL_SQ_BITS, sumSquares, maxResidualSq);
    check("sums/nonzeros", toFr(maxNonzeros - nonzeros), NONZEROS_BITS, nonzeros, maxNonzeros);
  });
}

/** Step 4: the two leaf claims with weights 1 and `λ²`, and the sums with their powers of `λ`. */
function initialMainClaim(
  statement: SegmentStatement,
  layout: SegmentLayout,
  proof: SegmentProof,
  leaf: LeafClaim,
  slotWeights: readonly Fr[],
  alpha: Fr,
  lambda: Fr,
): Fr {
  const { tier } = statement;
  const [weightA, weightB, weightTable] = slotWeights.slice(tier.slots) as [Fr, Fr, Fr];
  const usedWeight = slotWeights.slice(0, layout.usedSlots).reduce<Fr>(frAdd, FR_ZERO);
  const values = frSub(frSub(leaf.denominator, alpha), frMul(weightTable, identityAt(tier, leaf.point)));
  const multiplicities = frSub(frAdd(usedWeight, frAdd(weightA, weightB)), leaf.numerator);
  let claim = frAdd(values, frMul(frMul(lambda, lambda), multiplicities));
  let power = frPow(lambda, 3);
  for (const { sumSquares, nonzeros } of proof.sums) {
    claim = frAdd(claim, frMul(power, toFr(sumSquares)));
    power = frMul(power, lambda);
    claim = frAdd(claim, frMul(power, toFr(nonzeros)));
    power = frMul(power, lambda);
  }
  return claim;
}

/** Step 5: slots without a tile carry no residual, tiles without a mask no mask. */
function assertUnusedAreZero(statement: SegmentStatement, layout: SegmentLayout, proof: SegmentProof): void {
  for (let slot = 0; slot < statement.tier.slots; slot++) {
    if (slot >= layout.usedSlots && proof.evaluations.residuals[slot] !== 0n) {
      throw new VerificationError("evaluations/unused", `slot ${slot} holds no tile but has a residual`);
    }
    if (layout.masked[slot] !== true && proof.evaluations.masks[slot] !== 0n) {
      throw new VerificationError("evaluations/unused", `slot ${slot} has a mask that its rule does not allow`);
    }
  }
}

/** Step 5: the main summand at the sumcheck's point, from the claimed evaluations. */
function finalMainValue(
  statement: SegmentStatement,
  layout: SegmentLayout,
  proof: SegmentProof,
  slotWeights: readonly Fr[],
  lambda: Fr,
  eqLeaf: Fr,
): Fr {
  const { tier } = statement;
  const { residuals, masks, factorA, factorB, multiplicity } = proof.evaluations;
  const [weightA, weightB, weightTable] = slotWeights.slice(tier.slots) as [Fr, Fr, Fr];
  let inner = frAdd(frMul(weightA, factorA), frMul(weightB, factorB));
  inner = frAdd(inner, frMul(frMul(frMul(lambda, lambda), weightTable), multiplicity));
  let sums: Fr = FR_ZERO;
  const powers = frPowers(lambda, 5 + 2 * tier.maxRules);
  for (let slot = 0; slot < layout.usedSlots; slot++) {
    const residual = residuals[slot] as Fr;
    const mask = masks[slot] as Fr;
    const free = frSub(FR_ONE, mask);
    const weight = slotWeights[slot] as Fr;
    const g = layout.placeOfSlot[slot] as number;
    inner = frAdd(inner, frMul(weight, frMul(frAdd(residual, frMul(lambda, mask)), free)));
    const sumWeight = frMul(unitFactor(layout.units[slot] as number), powers[3 + 2 * g] as Fr);
    sums = frAdd(sums, frMul(sumWeight, frMul(frMul(residual, residual), free)));
    sums = frAdd(sums, frMul(powers[4 + 2 * g] as Fr, mask));
  }
  return frAdd(frMul(eqLeaf, inner), sums);
}

/** Step 6: factor claims beyond a place's rank are zero. */
function assertRanks(statement: SegmentStatement, proof: SegmentProof): void {
  const { tier, places } = statement;
  for (let g = 0; g < tier.maxRankRules; g++) {
    for (let k = places[g]?.rank ?? 0; k < tier.maxRank; k++) {
      if (proof.factorClaims.sa[g]?.[k] !== 0n || proof.factorClaims.sc[g]?.[k] !== 0n) {
        throw new VerificationError("factors/rank", `place ${g} uses factor ${k}, beyond its rank`);
      }
    }
  }
}

/** Step 6: `y_1 = Σ_T θ^T Δ~_T(ρ) + Σ_T θ^(S+T) b~_T(ρ) + θ^(2S) m~(ρ)`, the differences rebuilt from R and the factors. */
function combinedAtMainPoint(statement: SegmentStatement, layout: SegmentLayout, proof: SegmentProof, theta: Fr): Fr {
  const { tier, places } = statement;
  const powers = frPowers(theta, 2 * tier.slots + 1);
  const inverseShifts = places.map((place) => frInv(frPow(frOf(2), place.shift)));
  const { residuals, masks, multiplicity } = proof.evaluations;
  let total = frMul(powers[2 * tier.slots] as Fr, multiplicity);
  for (let slot = 0; slot < layout.usedSlots; slot++) {
    const inverseShift = inverseShifts[layout.placeOfSlot[slot] as number] as Fr;
    total = frAdd(total, frMul(powers[slot] as Fr, frMul(inverseShift, residuals[slot] as Fr)));
    total = frAdd(total, frMul(powers[tier.slots + slot] as Fr, masks[slot] as Fr));
  }
  places.forEach((place, g) => {
    if (place.rank === 0) return;
    const product = innerProduct(
      (proof.factorClaims.sa[g] ?? []).slice(0, place.rank),
      (proof.factorClaims.sc[g] ?? []).slice(0, place.rank),
    );
    total = frAdd(total, frMul(frMul(powers[layout.bases[g] as number] as Fr, inverseShifts[g] as Fr), product));
  });
  return total;
}
