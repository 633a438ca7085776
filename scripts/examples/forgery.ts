import {
  openUnwrapped,
  plannedPlaces,
  proveUnwrapped,
  type SegmentProverInput,
  type UnwrappedSegment,
} from "../../src/segment/prove-planned-segment.js";
import type { CertificatePlan, PlannedSegment } from "../../src/segment/planned-segment.js";
import { type Factors } from "../../src/factors/factors.js";
import { packFactors } from "../../src/segment/packed-factors.js";
import { largestEntries } from "../../src/factors/largest-entries.js";
import { plainResidual, rankResidual, type RawResidual } from "../../src/difference/residual.js";
import { searchFactors } from "../../src/factors/search-factors.js";
import { segmentLayout, type RulePlace } from "../../src/segment/statement.js";
import { tileDifference } from "../../src/difference/tile-difference.js";
import { countMultiplicities, type SegmentWitness, type TileWitness } from "../../src/segment/witness.js";
import { VerificationError } from "../../src/errors/errors.js";
import type { IntVector } from "../../src/kernels/backend.js";
import { sharedInt32 } from "../../src/kernels/shared-array.js";
import type { Tier } from "../../src/protocol/tiers.js";
import { verifySegment } from "../../src/segment/verify.js";
import { publicSignals } from "../../src/segment/public-signals.js";
import { proveWrapped } from "../../src/segment/prove-wrapped.js";
import type { Certificate } from "../../src/certificate/certificate.js";

/** What a dishonest prover gets for a claim that is not true. */
export interface Forgery {
  /** The phase in which the verifier of segment proofs refuses. */
  readonly segmentVerifier: string;
  /** How the circuit refuses: it has no witness. */
  readonly circuit: string;
  /** The forged certificate, with another certificate's Groth16 proof, as there is none of its own. */
  readonly certificate: Certificate;
}

/**
 * Makes the best of a false claim: the factors and the mask that come closest, an honest transcript over them, and
 * whatever entry the lookup table does not hold replaced by the nearest that it does. The proof is of the plan's first
 * segment, under the policy of the plan. Throws if somebody accepts it.
 */
export async function forge(plan: CertificatePlan, input: SegmentProverInput, honest: Certificate): Promise<Forgery> {
  const [segment] = plan.segments;
  const [lender] = honest.segments;
  if (segment === undefined || lender === undefined) throw new RangeError("forge: nothing to forge");
  const witness = await closestWitness(plan, segment, input);
  const unwrapped = await proveUnwrapped(plan, segment, witness, input);
  const result = verifySegment(unwrapped.statement, unwrapped.proven.proof);
  if (result.valid) throw new Error("forge: the segment verifier accepts a false claim");
  const circuit = await refusalOfCircuit(unwrapped, input);
  const forged = await openUnwrapped(plan, segment, unwrapped, lender.groth16, input);
  return {
    segmentVerifier: result.error.phase,
    circuit,
    certificate: { ...plan.head, segments: [forged, ...honest.segments.slice(1)] },
  };
}

async function refusalOfCircuit({ statement, proven }: UnwrappedSegment, input: SegmentProverInput): Promise<string> {
  try {
    const signals = publicSignals(statement, proven.claim, proven.h);
    await proveWrapped(statement, proven.proof, signals, input.artifacts);
  } catch (error) {
    if (error instanceof VerificationError) return error.shortMessage;
    throw error;
  }
  throw new Error("forge: the circuit accepts a false claim");
}

async function closestWitness(
  plan: CertificatePlan,
  segment: PlannedSegment,
  input: SegmentProverInput,
): Promise<SegmentWitness> {
  const { tier } = plan;
  const places = plannedPlaces(plan, segment);
  const layout = segmentLayout(tier, places);
  const deltas: IntVector[] = [];
  for (const tile of segment.tiles) {
    deltas.push(tileDifference(await input.base.tiles.readTile(tile), await input.tuned.tiles.readTile(tile)));
  }
  const deltasOf = (place: RulePlace, g: number): IntVector[] => {
    const first = layout.bases[g] ?? 0;
    return deltas.slice(first, first + place.tileCount);
  };
  const factors = places.map((place, g) =>
    place.rank === 0 ? undefined : searchFactors({ ...place, tier, deltas: deltasOf(place, g) }),
  );
  const tiles = places.flatMap((place, g) => closestTiles(tier, place, factors[g], deltasOf(place, g)));
  const packed = packFactors(tier, places, layout, factors);
  return { tiles, ...packed, multiplicities: countMultiplicities(tier, tiles, packed.factorA, packed.factorB) };
}

function closestTiles(
  tier: Tier,
  place: RulePlace,
  factors: Factors | undefined,
  deltas: readonly IntVector[],
): TileWitness[] {
  const raws = deltas.map((delta, i): RawResidual => {
    if (factors === undefined) return plainResidual(delta);
    const a = factors.a[Math.floor(i / place.colPanels)] ?? new Int32Array();
    const b = factors.b[i % place.colPanels] ?? new Int32Array();
    return rankResidual(tier.n, place.rank, place.shift, delta, a, b);
  });
  const isMasked = place.maxNonzeros > 0n;
  const values = raws.map((raw) => raw.values);
  const half = tier.tileSize / 2;
  const counted = values.map((each, i) => ({ values: each, exponent: place.units[i] ?? 0 }));
  const masks = isMasked ? largestEntries(counted, place.maxNonzeros, half) : [];
  return raws.map((raw, i) => {
    const residual = sharedInt32(raw.values.length);
    for (let x = 0; x < residual.length; x++) {
      residual[x] = Math.min(half - 1, Math.max(-half, raw.values[x] as number));
    }
    const positions = masks[i];
    for (const x of positions ?? []) residual[x] = 0;
    const mask =
      positions === undefined ? undefined : { positions, residuals: Array.from(positions, (x) => raw.exactAt(x)) };
    return { delta: deltas[i] as IntVector, residual, mask };
  });
}
