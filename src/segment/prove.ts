import { factorWeights } from "./factor-weights.js";
import { segmentLayout, statementVector, unitFactor, type SegmentLayout, type SegmentStatement } from "./statement.js";
import { measureSums, type SegmentWitness } from "./witness.js";
import { FR_ONE, FR_ZERO, frAdd, frMul, frPow, frPowers, toFr, type Fr } from "../algebra/fr.js";
import type { Backend, FrVector } from "../kernels/backend.js";
import { eqTable } from "../algebra/eq.js";
import { innerProduct } from "../algebra/univariate.js";
import type { Tier } from "../protocol/tiers.js";
import { proveRange } from "../argument/range/prove.js";
import { runSumcheck } from "../argument/sumcheck/prove.js";
import { domainSeparator } from "../argument/transcript/domain.js";
import { poseidonEx, type PoseidonEx } from "../argument/transcript/poseidon.js";
import { Transcript } from "../argument/transcript/transcript.js";
import { denseMask } from "../difference/dense-mask.js";
import type { SegmentProof } from "./proof.js";
import type { VerifiedSegment } from "./verify.js";

/** The prover's randomness of one proof. Never reused, never written anywhere. */
export interface SegmentRandomness {
  readonly salt: Fr;
  /** Coefficients of `M`, `2^ell` uniform elements, held by the backend that proves. */
  readonly blindingPolynomial: FrVector;
}

export interface ProvenSegment extends VerifiedSegment {
  readonly proof: SegmentProof;
  readonly theta: Fr;
  /** `G`: the polynomial to open at `claim.z`, `2^ell` coefficients. Uniformly random thanks to `M`. */
  readonly combined: FrVector;
}

/** Told after each finished step: name, steps done, steps in all. */
export type StepListener = (step: string, done: number, total: number) => void;

/**
 * Proves a segment, steps 1 to 8 of PROTOCOL 7. The witness is not checked: a wrong one gives a proof that the
 * verifier rejects.
 */
export async function proveSegment(
  statement: SegmentStatement,
  witness: SegmentWitness,
  randomness: SegmentRandomness,
  backend: Backend,
  permute: PoseidonEx = poseidonEx,
  onStep: StepListener = () => undefined,
): Promise<ProvenSegment> {
  const { tier, places } = statement;
  const layout = segmentLayout(tier, places);
  const steps = tier.leafVars / 2 + 2;
  let done = 0;

  const transcript = new Transcript(permute);
  transcript.absorb([domainSeparator(tier), ...statementVector(statement)], 0);
  const publicFork = transcript.fork();
  const alpha = transcript.challenge([randomness.salt]);

  const residualTiles = witness.tiles.map((tile) => tile.residual);
  const { factorA, factorB, multiplicities } = witness;
  const tree = await backend.rangeTree({ tier, alpha, tiles: residualTiles, factorA, factorB, multiplicities });
  const range = await proveRange(tier, tree, transcript, (layer) => {
    onStep(`range layer ${layer}`, ++done, steps);
  });
  const leafPoint = range.point.slice(0, tier.ell);
  const slotWeights = eqTable(range.point.slice(tier.ell));

  const measured = measureSums(places, layout, witness);
  const sums = Array.from({ length: tier.maxRules }, (_, g) => measured[g] ?? { sumSquares: 0n, nonzeros: 0n });
  const lambda = transcript.challenge(sums.flatMap((s) => [toFr(s.sumSquares), toFr(s.nonzeros)]));

  const mainProver = await backend.mainSumcheck({
    tier,
    leafPoint,
    tiles: witness.tiles.map((tile, slot) => ({
      residual: tile.residual,
      mask: tile.mask,
      weight: slotWeights[slot] ?? FR_ZERO,
      sumWeight: frMul(unitFactor(layout.units[slot] ?? 0), frPow(lambda, 3 + 2 * (layout.placeOfSlot[slot] ?? 0))),
      countWeight: frPow(lambda, 4 + 2 * (layout.placeOfSlot[slot] ?? 0)),
    })),
    factorA,
    factorB,
    multiplicities,
    weightA: slotWeights[tier.slots] ?? FR_ZERO,
    weightB: slotWeights[tier.slots + 1] ?? FR_ZERO,
    weightMultiplicity: frMul(frMul(lambda, lambda), slotWeights[tier.slots + 2] ?? FR_ZERO),
    lambda,
  });
  const main = await runSumcheck(tier.ell, mainProver, transcript);
  onStep("main sumcheck", ++done, steps);
  const { residuals, masks } = main.finals;
  const evaluations = {
    residuals: padTo(residuals, tier.slots),
    masks: padTo(masks, tier.slots),
    factorA: main.finals.factorA,
    factorB: main.finals.factorB,
    multiplicity: main.finals.multiplicity,
  };
  const theta = transcript.challenge([
    ...evaluations.residuals,
    ...evaluations.masks,
    evaluations.factorA,
    evaluations.factorB,
    evaluations.multiplicity,
  ]);

  const factorClaims = claimFactors(statement, layout, witness, main.point, theta);
  const chi = transcript.challenge(
    factorClaims.sa.flatMap((row, g) => row.flatMap((value, k) => [value, factorClaims.sc[g]?.[k] ?? FR_ZERO])),
  );

  const g1 = await combineTiles(tier, witness, theta, backend);
  const openingProver = await backend.openingSumcheck({
    tier,
    point: main.point,
    combined: g1,
    factorA,
    factorB,
    chi,
    ...factorWeights(statement, layout, theta, chi),
  });
  const opening = await runSumcheck(tier.ell, openingProver, transcript);
  const z = opening.point;
  const openingEvaluations = {
    ...opening.finals,
    blinding: await backend.evaluateMultilinear(randomness.blindingPolynomial, z),
  };
  const psi = transcript.challenge([
    openingEvaluations.combined,
    openingEvaluations.factorA,
    openingEvaluations.factorB,
    openingEvaluations.blinding,
  ]);
  const psiPowers = frPowers(psi, 4);
  const { combined: atZ, factorA: aAtZ, factorB: bAtZ, blinding } = openingEvaluations;
  const y = innerProduct(psiPowers, [atZ, aAtZ, bAtZ, blinding]);
  const polynomials = [g1, factorA, factorB, randomness.blindingPolynomial];
  const combined = await backend.linearCombination(
    tier.tileSize,
    polynomials.map((vector, i) => ({ weight: psiPowers[i] ?? FR_ZERO, vector })),
  );
  publicFork.absorb([theta, psi, ...z, y], 0);
  onStep("opening reduction", ++done, steps);

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
    claim: { theta, psi, z, y },
    h: publicFork.state,
    theta,
    combined,
  };
}

/** Masks written out at a time: all of them would take as much memory as the tiles. */
const MASKS_AT_A_TIME = 4;

/** `G_1 = Σ θ^T Δ_T + Σ θ^(S+T) b_T + θ^(2S) m`. */
async function combineTiles(tier: Tier, witness: SegmentWitness, theta: Fr, backend: Backend): Promise<FrVector> {
  const powers = frPowers(theta, 2 * tier.slots + 1);
  const weight = (exponent: number): Fr => powers[exponent] ?? FR_ZERO;
  let sum = await backend.linearCombination(tier.tileSize, [
    { weight: weight(2 * tier.slots), vector: witness.multiplicities },
    ...witness.tiles.map((tile, slot) => ({ weight: weight(slot), vector: tile.delta })),
  ]);
  const masks = witness.tiles.flatMap(({ mask }, slot) => (mask === undefined ? [] : [{ mask, slot }]));
  for (let i = 0; i < masks.length; i += MASKS_AT_A_TIME) {
    sum = await backend.linearCombination(tier.tileSize, [
      { weight: FR_ONE, vector: sum },
      ...masks.slice(i, i + MASKS_AT_A_TIME).map(({ mask, slot }) => ({
        weight: weight(tier.slots + slot),
        vector: denseMask(tier.tileSize, mask),
      })),
    ]);
  }
  return sum;
}

/** `sa_gk`, `sc_gk` of PROTOCOL 7.6. */
function claimFactors(
  statement: SegmentStatement,
  layout: SegmentLayout,
  witness: SegmentWitness,
  point: readonly Fr[],
  theta: Fr,
): { sa: Fr[][]; sc: Fr[][] } {
  const { tier, places } = statement;
  const rowEq = eqTable(point.slice(tier.t));
  const colEq = eqTable(point.slice(0, tier.t));
  const rowOf = (factor: Int32Array, slot: number, eq: readonly Fr[]): Fr =>
    toFr(eq.reduce((total, weight, x) => total + weight * BigInt(factor[slot * tier.n + x] ?? 0), 0n));
  const claim = (
    factor: Int32Array,
    origins: readonly number[],
    eq: readonly Fr[],
    panels: (g: number) => number,
    step: (g: number) => number,
  ): Fr[][] =>
    Array.from({ length: tier.maxRankRules }, (_, g) =>
      Array.from({ length: tier.maxRank }, (_unused, k) => {
        let total = FR_ZERO;
        if (k >= (places[g]?.rank ?? 0)) return total;
        for (let i = 0; i < panels(g); i++) {
          const value = rowOf(factor, ((origins[g] ?? 0) + i) * tier.maxRank + k, eq);
          total = frAdd(total, frMul(frPow(theta, step(g) * i), value));
        }
        return total;
      }),
    );
  return {
    sa: claim(
      witness.factorA,
      layout.rowOrigins,
      rowEq,
      (g) => places[g]?.rowPanels ?? 0,
      (g) => places[g]?.colPanels ?? 0,
    ),
    sc: claim(
      witness.factorB,
      layout.colOrigins,
      colEq,
      (g) => places[g]?.colPanels ?? 0,
      () => 1,
    ),
  };
}

function padTo(values: readonly Fr[], length: number): Fr[] {
  return [...values, ...new Array<Fr>(length - values.length).fill(FR_ZERO)];
}
