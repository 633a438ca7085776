import { commitVector } from "../commitment/commit-vector.js";
import { G1_INFINITY, type G1 } from "../curve/g1.js";
import type { SegmentCommitments } from "../drift/statement.js";
import type { SegmentWitness } from "../drift/witness.js";
import { FR_ZERO, type Fr } from "../field/fr.js";
import type { RandomFr } from "../field/random.js";
import type { Backend } from "../kernels/backend.js";
import type { Srs } from "../kzg/srs.js";
import type { Tier } from "../protocol/tiers.js";
import type { SegmentBlindings } from "./combine.js";
import type { SegmentRandomness } from "./prove.js";

/** Commitments and blindings of the changed tiles, made when the models were committed. */
export interface TileCommitments {
  readonly base: readonly G1[];
  readonly tuned: readonly G1[];
  readonly baseBlindings: readonly Fr[];
  readonly tunedBlindings: readonly Fr[];
}

/** Salt and `M` of one proof, freshly drawn. */
export async function drawRandomness(tier: Tier, randomFr: RandomFr, backend: Backend): Promise<SegmentRandomness> {
  const salt = randomFr();
  return { salt, blindingPolynomial: await backend.fromFr(Array.from({ length: tier.tileSize }, randomFr)) };
}

/**
 * Commits to everything that comes before the first challenge (PROTOCOL 5): masks, factors (infinity without a
 * rank rule), multiplicities and `M`, each under a fresh blinding.
 */
export async function commitSegment(
  srs: Srs,
  backend: Backend,
  tiles: TileCommitments,
  witness: SegmentWitness,
  hasRankRule: boolean,
  randomness: SegmentRandomness,
  randomFr: RandomFr,
): Promise<{ commitments: SegmentCommitments; blindings: SegmentBlindings }> {
  const maskVectors = witness.tiles.flatMap(({ mask, residual }) => {
    if (mask === undefined) return [];
    const vector = new Int32Array(residual.length);
    for (const position of mask.positions) vector[position] = 1;
    return [vector];
  });
  const maskBlindings = maskVectors.map(() => randomFr());
  const masks: G1[] = [];
  for (const [i, vector] of maskVectors.entries()) {
    masks.push(await commitVector(srs, backend, vector, maskBlindings[i] ?? FR_ZERO));
  }
  const factor = async (vector: Int32Array): Promise<{ point: G1; rho: Fr }> => {
    if (!hasRankRule) return { point: G1_INFINITY, rho: FR_ZERO };
    const rho = randomFr();
    return { point: await commitVector(srs, backend, vector, rho), rho };
  };
  const factorA = await factor(witness.factorA);
  const factorB = await factor(witness.factorB);
  const multiplicityRho = randomFr();
  const blindingRho = randomFr();
  return {
    commitments: {
      base: tiles.base,
      tuned: tiles.tuned,
      masks,
      factorA: factorA.point,
      factorB: factorB.point,
      multiplicity: await commitVector(srs, backend, witness.multiplicities, multiplicityRho),
      blinding: await commitVector(srs, backend, randomness.blindingPolynomial, blindingRho),
    },
    blindings: {
      base: tiles.baseBlindings,
      tuned: tiles.tunedBlindings,
      masks: maskBlindings,
      factorA: factorA.rho,
      factorB: factorB.rho,
      multiplicity: multiplicityRho,
      blinding: blindingRho,
    },
  };
}
