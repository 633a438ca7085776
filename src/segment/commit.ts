import { commitVector } from "../commitment/commit-vector.js";
import { forEachUnderWay } from "../commitment/under-way.js";
import { G1_INFINITY, type G1 } from "../algebra/g1.js";
import type { SegmentCommitments } from "./statement.js";
import type { SegmentWitness } from "./witness.js";
import { FR_ZERO, type Fr } from "../algebra/fr.js";
import type { RandomFr } from "../algebra/random.js";
import type { Backend, FrVector, IntVector } from "../kernels/backend.js";
import type { Srs } from "../argument/kzg/srs.js";
import type { Tier } from "../protocol/tiers.js";
import type { SegmentBlindings } from "./combine.js";
import { denseMask } from "../difference/dense-mask.js";
import type { SegmentRandomness } from "./prove.js";

/** Commitments and blindings of the changed tiles, made when the models were committed. */
export interface TileCommitments {
  readonly base: readonly G1[];
  readonly tuned: readonly G1[];
  readonly baseBlindings: readonly Fr[];
  readonly tunedBlindings: readonly Fr[];
}

/** A vector with its blinding, and its commitment once that is made. */
interface Committed {
  readonly vector: () => IntVector | FrVector;
  readonly rho: Fr;
  point: G1;
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
  // A mask is written out when its turn comes: together they would take as much memory as the tiles.
  const commitTo = (vector: () => IntVector | FrVector): Committed => ({ vector, rho: randomFr(), point: G1_INFINITY });
  const nothing: Committed = { vector: () => new Int32Array(), rho: FR_ZERO, point: G1_INFINITY };
  const masks = witness.tiles.flatMap(({ mask, residual: { length } }) =>
    mask === undefined ? [] : [commitTo(() => denseMask(length, mask))],
  );
  const factorA = hasRankRule ? commitTo(() => witness.factorA) : nothing;
  const factorB = hasRankRule ? commitTo(() => witness.factorB) : nothing;
  const multiplicity = commitTo(() => witness.multiplicities);
  const blinding = commitTo(() => randomness.blindingPolynomial);
  await forEachUnderWay([...masks, factorA, factorB, multiplicity, blinding], backend.jobs, async (committed) => {
    committed.point = await commitVector(srs, backend, committed.vector(), committed.rho);
  });
  return {
    commitments: {
      base: tiles.base,
      tuned: tiles.tuned,
      masks: masks.map(({ point }) => point),
      factorA: factorA.point,
      factorB: factorB.point,
      multiplicity: multiplicity.point,
      blinding: blinding.point,
    },
    blindings: {
      base: tiles.baseBlindings,
      tuned: tiles.tunedBlindings,
      masks: masks.map(({ rho }) => rho),
      factorA: factorA.rho,
      factorB: factorB.rho,
      multiplicity: multiplicity.rho,
      blinding: blinding.rho,
    },
  };
}
