import { segmentLayout, statementVector, type SegmentStatement } from "../../src/segment/statement.js";
import { FR_ONE, FR_ZERO, frAdd, frInv, frMul, frOf, frPow, frSub, toFr, type Fr } from "../../src/algebra/fr.js";
import { eqTable } from "../../src/algebra/eq.js";
import { innerProduct } from "../../src/algebra/univariate.js";
import type { RuleSums, SegmentProof } from "../../src/segment/proof.js";
import { domainSeparator } from "../../src/argument/transcript/domain.js";
import { poseidonEx } from "../../src/argument/transcript/poseidon.js";
import { Transcript } from "../../src/argument/transcript/transcript.js";
import { proveRangeNaively } from "./dishonest-range.js";
import { naiveSumcheck, type NaiveSumcheck, type Summand } from "./dishonest-sumcheck.js";
import { factorRow, fieldSums, residualsOf, type FieldWitness } from "./dishonest-witness.js";
import type { CaseRandomness } from "./segments.js";

/**
 * What a dishonest prover says instead of the truth. Every lie is told before the challenges that depend on it,
 * and all that follows is computed honestly from it.
 */
export interface Lies {
  readonly root?: (honest: Fr[]) => Fr[];
  readonly sums?: (honest: RuleSums[]) => RuleSums[];
  /** Ranks with which residuals and factor claims are made. */
  readonly ranks?: readonly number[];
  /** Residuals that do not follow from the committed polynomials. */
  readonly residuals?: readonly (readonly Fr[])[];
  /** `misfit`: by how much lies about sums make the main sumcheck's last value wrong; `slopeA`: `∂value/∂P~_A`. */
  readonly evaluations?: (
    honest: SegmentProof["evaluations"],
    fit: { misfit: Fr; slopeA: Fr },
  ) => SegmentProof["evaluations"];
  readonly factorClaims?: (honest: { sa: Fr[][]; sc: Fr[][] }) => { sa: Fr[][]; sc: Fr[][] };
  /** Chooses `G~_1(z)` so that the opening reduction's last value fits. */
  readonly fitOpening?: boolean;
  readonly openingEvaluations?: (
    honest: SegmentProof["openingEvaluations"],
    chi: Fr,
  ) => SegmentProof["openingEvaluations"];
}

export interface NaiveSegment {
  readonly proof: SegmentProof;
  readonly theta: Fr;
  /** `G = G_1 + ψ P_A + ψ² P_B + ψ³ M` of the polynomials that were committed to. */
  readonly combined: Fr[];
}

/** Folds a claim through the messages of a sumcheck whose polynomials include every factor. */
function lastValue(claim: Fr, { rounds, point }: NaiveSumcheck): Fr {
  return rounds.reduce((value, message, k) => {
    const total = message.reduce<Fr>(frAdd, FR_ZERO);
    let next = frMul(frSub(value, total), frInv(frOf(2)));
    message.forEach((c, i) => (next = frAdd(next, frMul(c, frPow(point[k] as Fr, i + 1)))));
    return next;
  }, claim);
}

/**
 * A second prover, written from PROTOCOL 7 and straight from the definitions: dense field vectors, tables folded
 * one by one, no bookkeeping. Honest inputs give the same proof as `proveSegment`, element by element; dishonest
 * ones the proof that a cheat would send.
 */
export function proveNaively(
  statement: SegmentStatement,
  witness: FieldWitness,
  randomness: CaseRandomness,
  lies: Lies = {},
): NaiveSegment {
  const { tier, places } = statement;
  const { slots, ell, t, n, maxRank } = tier;
  const layout = segmentLayout(tier, places);
  const used = layout.usedSlots;
  const ranks = lies.ranks ?? places.map((place) => place.rank);
  const residuals = lies.residuals ?? residualsOf(statement, witness, ranks);
  const { deltas, masks, factorA, factorB, multiplicities } = witness;

  // Step 1.
  const transcript = new Transcript(poseidonEx);
  transcript.absorb([domainSeparator(tier), ...statementVector(statement)], 0);
  const alpha = transcript.challenge([randomness.salt]);

  // Step 2.
  const entries = residuals.map((residual, slot) =>
    residual.map((value, x) => frMul(value, frSub(FR_ONE, masks[slot]![x] as Fr))),
  );
  const range = proveRangeNaively(tier, alpha, { entries, factorA, factorB, multiplicities }, transcript, lies.root);
  const slotWeights = eqTable(range.point.slice(ell));

  // Step 3.
  const measured = fieldSums({ ...statement, places: places.map((p, g) => ({ ...p, rank: ranks[g] ?? 0 })) }, witness);
  const honestSums = Array.from({ length: tier.maxRules }, (_, g) => measured[g] ?? { sumSquares: 0n, nonzeros: 0n });
  const sums = lies.sums?.(honestSums) ?? honestSums;
  const lambda = transcript.challenge(sums.flatMap((s) => [toFr(s.sumSquares), toFr(s.nonzeros)]));
  const lambdaTo = (exponent: number): Fr => frPow(lambda, exponent);

  // Step 4. Values: R_T, b_T of the used slots, P_A, P_B, m, eq.
  const summand: Summand = (values) => {
    const [a, b, m, eq] = values.slice(2 * used) as [Fr, Fr, Fr, Fr];
    let bound = frAdd(frMul(slotWeights[slots] as Fr, a), frMul(slotWeights[slots + 1] as Fr, b));
    bound = frAdd(bound, frMul(lambdaTo(2), frMul(slotWeights[slots + 2] as Fr, m)));
    let total = FR_ZERO;
    for (let slot = 0; slot < used; slot++) {
      const [r, mask, g] = [values[slot] as Fr, values[used + slot] as Fr, layout.placeOfSlot[slot] as number];
      const free = frSub(FR_ONE, mask);
      const weight = slotWeights[slot] as Fr;
      bound = frAdd(bound, frMul(weight, frAdd(frMul(r, free), frMul(lambda, frMul(mask, free)))));
      const unit = frPow(frOf(4), layout.units[slot] as number);
      total = frAdd(total, frMul(frMul(unit, lambdaTo(3 + 2 * g)), frMul(frMul(r, r), free)));
      total = frAdd(total, frMul(lambdaTo(4 + 2 * g), mask));
    }
    return frAdd(frMul(eq, bound), total);
  };
  const leafEq = eqTable(range.point.slice(0, ell));
  const mainTables = [...residuals, ...masks, factorA, factorB, multiplicities, leafEq];
  const main = naiveSumcheck(mainTables, summand, 3, transcript);
  const rho = main.point;

  // Step 5.
  const pad = (values: readonly Fr[]): Fr[] => [...values, ...new Array<Fr>(slots - used).fill(FR_ZERO)];
  const honestEvaluations = {
    residuals: pad(main.finals.slice(0, used)),
    masks: pad(main.finals.slice(used, 2 * used)),
    factorA: main.finals[2 * used] as Fr,
    factorB: main.finals[2 * used + 1] as Fr,
    multiplicity: main.finals[2 * used + 2] as Fr,
  };
  const eqAtRho = main.finals[2 * used + 3] as Fr;
  // Every round halves what a claim has too much.
  const surplus = sums.reduce<Fr>((total, { sumSquares, nonzeros }, g) => {
    const squares = frSub(toFr(sumSquares), toFr(honestSums[g]!.sumSquares));
    const counts = frSub(toFr(nonzeros), toFr(honestSums[g]!.nonzeros));
    return frAdd(total, frAdd(frMul(lambdaTo(3 + 2 * g), squares), frMul(lambdaTo(4 + 2 * g), counts)));
  }, FR_ZERO);
  const fit = {
    misfit: frMul(surplus, frInv(frPow(frOf(2), ell))),
    slopeA: frMul(eqAtRho, slotWeights[slots] as Fr),
  };
  const evaluations = lies.evaluations?.(honestEvaluations, fit) ?? honestEvaluations;
  const theta = transcript.challenge([
    ...evaluations.residuals,
    ...evaluations.masks,
    evaluations.factorA,
    evaluations.factorB,
    evaluations.multiplicity,
  ]);

  // Step 6. A factor claim is a functional: its weights on the entries of P_A or P_B.
  const functional = (side: "A" | "B", g: number, k: number, rank: number): Fr[] => {
    const weights = new Array<Fr>(tier.tileSize).fill(FR_ZERO);
    const place = places[g];
    if (place === undefined || k >= rank) return weights;
    const eq = eqTable(side === "A" ? rho.slice(t) : rho.slice(0, t));
    const panels = side === "A" ? place.rowPanels : place.colPanels;
    for (let i = 0; i < panels; i++) {
      const power = frPow(theta, side === "A" ? place.colPanels * i : i);
      const row = factorRow(statement, side, g, i, k);
      eq.forEach((weight, x) => (weights[row * n + x] = frMul(power, weight)));
    }
    return weights;
  };
  const claimsOf = (side: "A" | "B", factor: readonly Fr[]): Fr[][] =>
    Array.from({ length: tier.maxRankRules }, (_, g) =>
      Array.from({ length: maxRank }, (_unused, k) => innerProduct(functional(side, g, k, ranks[g] ?? 0), factor)),
    );
  const honestClaims = { sa: claimsOf("A", factorA), sc: claimsOf("B", factorB) };
  const factorClaims = lies.factorClaims?.(honestClaims) ?? honestClaims;
  const chi = transcript.challenge(
    factorClaims.sa.flatMap((row, g) => row.flatMap((value, k) => [value, factorClaims.sc[g]![k] as Fr])),
  );

  // Step 7. The claim that the verifier will start from: with lies it is not what the polynomials sum to.
  const thetaTo = (exponent: number): Fr => frPow(theta, exponent);
  const combine = (terms: readonly (readonly [Fr, readonly Fr[]])[]): Fr[] =>
    Array.from({ length: tier.tileSize }, (_, x) =>
      terms.reduce<Fr>((sum, [weight, vector]) => frAdd(sum, frMul(weight, vector[x] as Fr)), FR_ZERO),
    );
  const g1 = combine([
    ...deltas.map((delta, slot): [Fr, readonly Fr[]] => [thetaTo(slot), delta]),
    ...masks.flatMap((mask, slot): [Fr, readonly Fr[]][] =>
      layout.masked[slot] === true ? [[thetaTo(slots + slot), mask]] : [],
    ),
    [thetaTo(2 * slots), multiplicities],
  ]);
  let claim = frMul(thetaTo(2 * slots), evaluations.multiplicity);
  for (let slot = 0; slot < used; slot++) {
    const unscale = frInv(frPow(frOf(2), places[layout.placeOfSlot[slot] as number]!.shift));
    claim = frAdd(claim, frMul(thetaTo(slot), frMul(unscale, evaluations.residuals[slot] as Fr)));
    claim = frAdd(claim, frMul(thetaTo(slots + slot), evaluations.masks[slot] as Fr));
  }
  claim = frAdd(claim, frAdd(frMul(chi, evaluations.factorA), frMul(frPow(chi, 2), evaluations.factorB)));
  const [weightsA, weightsB] = [combine([]), combine([])];
  factorClaims.sa.forEach((row, g) => {
    row.forEach((sa, k) => {
      const sc = factorClaims.sc[g]![k] as Fr;
      const [chiA, chiB] = [frPow(chi, 3 + 2 * (g * maxRank + k)), frPow(chi, 4 + 2 * (g * maxRank + k))];
      claim = frAdd(claim, frAdd(frMul(chiA, sa), frMul(chiB, sc)));
      if (k < (places[g]?.rank ?? 0)) {
        const unscale = frInv(frPow(frOf(2), places[g]!.shift));
        claim = frAdd(claim, frMul(frMul(thetaTo(layout.bases[g] as number), unscale), frMul(sa, sc)));
      }
      // The verifier's weights end at the rule's rank, whatever the prover has claimed.
      const rank = places[g]?.rank ?? 0;
      functional("A", g, k, rank).forEach((w, x) => (weightsA[x] = frAdd(weightsA[x] as Fr, frMul(chiA, w))));
      functional("B", g, k, rank).forEach((w, x) => (weightsB[x] = frAdd(weightsB[x] as Fr, frMul(chiB, w))));
    });
  });
  const openingSummand: Summand = ([g, a, b, wA, wB, eq]: readonly Fr[]) =>
    [
      frMul(eq as Fr, frAdd(g as Fr, frAdd(frMul(chi, a as Fr), frMul(frPow(chi, 2), b as Fr)))),
      frMul(wA as Fr, a as Fr),
      frMul(wB as Fr, b as Fr),
    ].reduce<Fr>(frAdd, FR_ZERO);
  const openingTables = [g1, factorA, factorB, weightsA, weightsB, eqTable(rho)];
  const opening = naiveSumcheck(openingTables, openingSummand, 2, transcript);
  const [gAtZ, aAtZ, bAtZ, , , eqAtZ] = opening.finals as [Fr, Fr, Fr, Fr, Fr, Fr];
  const misfit = frSub(lastValue(claim, opening), openingSummand(opening.finals));
  const honestAtZ = {
    combined: lies.fitOpening === true ? frAdd(gAtZ, frMul(misfit, frInv(eqAtZ))) : gAtZ,
    factorA: aAtZ,
    factorB: bAtZ,
    blinding: innerProduct(eqTable(opening.point), randomness.blindingPolynomial),
  };
  const openingEvaluations = lies.openingEvaluations?.(honestAtZ, chi) ?? honestAtZ;

  // Step 8.
  const { combined: atZ, factorA: a, factorB: b, blinding } = openingEvaluations;
  const psi = transcript.challenge([atZ, a, b, blinding]);
  return {
    proof: {
      salt: randomness.salt,
      range: range.proof,
      sums,
      main: main.rounds,
      evaluations,
      factorClaims,
      opening: opening.rounds,
      openingEvaluations,
    },
    theta,
    combined: combine([
      [FR_ONE, g1],
      [psi, factorA],
      [frPow(psi, 2), factorB],
      [frPow(psi, 3), randomness.blindingPolynomial],
    ]),
  };
}
