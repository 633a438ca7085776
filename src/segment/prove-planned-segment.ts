import { blindingsOf, type OpenedModel } from "../commitment/commit-tiles.js";
import { modelId } from "../commitment/model-id.js";
import type { Factors } from "../factors/factors.js";
import { segmentLayout, type RulePlace, type SegmentCommitments, type SegmentStatement } from "./statement.js";
import { placesOf, statementOf } from "./statement-of.js";
import { searchFactors } from "../factors/search-factors.js";
import { tileDifference } from "../difference/tile-difference.js";
import { buildWitness, type SegmentWitness } from "./witness.js";
import { InputError } from "../errors/errors.js";
import type { Fr } from "../algebra/fr.js";
import type { RandomFr } from "../algebra/random.js";
import type { Backend, IntVector } from "../kernels/backend.js";
import { openMercury } from "../argument/mercury/open.js";
import { srsId, type Srs } from "../argument/kzg/srs.js";
import { decodeManifest } from "../quantize/manifest.js";
import { weightAt } from "../quantize/tile-map.js";
import { combineBlindings, type SegmentBlindings } from "./combine.js";
import { commitSegment, drawRandomness } from "./commit.js";
import { proveSegment, type ProvenSegment } from "./prove.js";
import { poseidonEx, type PoseidonEx } from "../argument/transcript/poseidon.js";
import type { WrappedSegment } from "./wrapped-segment.js";
import type { Groth16Proof } from "../groth16/groth16.js";
import { proveWrapped, type ProvingArtifacts } from "./prove-wrapped.js";
import { publicSignals } from "./public-signals.js";
import { publishedUses, segmentOf, type CertificatePlan, type PlannedSegment } from "./planned-segment.js";
import type { ProgressListener } from "../protocol/progress.js";

/** What proving takes besides the plan. */
export interface SegmentProverInput {
  readonly base: OpenedModel;
  readonly tuned: OpenedModel;
  readonly srs: Srs;
  readonly artifacts: ProvingArtifacts;
  readonly backend: Backend;
  /** By default `poseidonEx`. */
  readonly permute?: PoseidonEx | undefined;
  /** The system's CSPRNG outside tests. */
  readonly randomFr: RandomFr;
  /** Integer factors of rank rules, by rule index; for others they are searched. The proof trusts neither. */
  readonly factors?: ReadonlyMap<number, Factors>;
  /** How messages name the fine-tune's weights: their path. */
  readonly tunedLabel?: string | undefined;
  readonly onProgress?: ProgressListener;
}

/**
 * Proves one segment of a plan, which needs no other: in any order, on any machine that has the models and the setup. All
 * that blinds it is drawn afresh, so segments share no randomness.
 *
 * Throws `PolicyViolation` before any proving if the change breaks a rule, naming rule, tensor and number; `InputError` if
 * plan, models and setup do not belong together.
 */
export async function provePlannedSegment(
  plan: CertificatePlan,
  index: number,
  input: SegmentProverInput,
): Promise<WrappedSegment> {
  const segment = segmentOf(plan, index);
  assertProvable(plan, input);
  const { onProgress = () => undefined } = input;
  const label = labelOf(plan, segment);

  const witness = await readWitness(plan, segment, label, input);
  const unwrapped = await proveUnwrapped(plan, segment, witness, input);
  onProgress(`${label}wrapping`, 0, 1);
  const { statement, proven } = unwrapped;
  const signals = publicSignals(statement, proven.claim, proven.h);
  const groth16 = await proveWrapped(statement, proven.proof, signals, input.artifacts);
  onProgress(`${label}wrapping`, 1, 1);
  return openUnwrapped(plan, segment, unwrapped, groth16, input);
}

/** A segment proof before it is wrapped. */
export interface UnwrappedSegment {
  readonly statement: SegmentStatement;
  readonly commitments: SegmentCommitments;
  readonly blindings: SegmentBlindings;
  readonly proven: ProvenSegment;
}

/**
 * Commits to a witness and proves the segment. The witness is not checked: a wrong one gives a proof that the wrapper's
 * circuit does not take and no verifier accepts.
 */
export async function proveUnwrapped(
  plan: CertificatePlan,
  segment: PlannedSegment,
  witness: SegmentWitness,
  input: SegmentProverInput,
): Promise<UnwrappedSegment> {
  const { tier, head } = plan;
  const { base, tuned, srs, backend, permute = poseidonEx, randomFr, onProgress = () => undefined } = input;
  const { tiles } = segment;
  const label = labelOf(plan, segment);
  const places = plannedPlaces(plan, segment);

  const randomness = await drawRandomness(tier, randomFr, backend);
  const pick = <T>(list: readonly T[]): T[] => tiles.map((tile) => list[tile] as T);
  onProgress(`${label}committing`, 0, 1);
  const { commitments, blindings } = await commitSegment(
    srs,
    backend,
    {
      base: pick(base.committed.commitments),
      tuned: pick(tuned.committed.commitments),
      baseBlindings: pick<Fr>(blindingsOf(base)),
      tunedBlindings: pick<Fr>(blindingsOf(tuned)),
    },
    witness,
    places.some((place) => place.rank > 0),
    randomness,
    randomFr,
  );
  onProgress(`${label}committing`, 1, 1);

  const { prevMerkleRoot, nextMerkleRoot } = segment;
  const statement = statementOf(head, { tier, places, tiles, commitments, prevMerkleRoot, nextMerkleRoot });
  const proven = await proveSegment(statement, witness, randomness, backend, permute, (_step, done, total) => {
    onProgress(`${label}segment proof`, done, total);
  });
  return { statement, commitments, blindings, proven };
}

/** Opens the combined polynomial of a proof and puts the segment together as it is published. */
export async function openUnwrapped(
  plan: CertificatePlan,
  segment: PlannedSegment,
  { statement, commitments, blindings, proven }: UnwrappedSegment,
  groth16: Groth16Proof,
  { srs, backend, onProgress = () => undefined }: SegmentProverInput,
): Promise<WrappedSegment> {
  const { tiles, nextMerkleRoot, multiProof } = segment;
  const label = labelOf(plan, segment);
  const { claim, h, combined } = proven;
  const { eta, v } = publicSignals(statement, claim, h);
  onProgress(`${label}opening`, 0, 1);
  const blinding = combineBlindings(statement, claim, blindings);
  const mercury = await openMercury(
    { combined, point: claim.z, value: claim.y, blinding, seedWords: [h, eta, v] },
    backend,
    (coefficients) => backend.msm(srs.powers, coefficients),
  );
  onProgress(`${label}opening`, 1, 1);
  return {
    tierId: plan.tier.id,
    uses: publishedUses(segment),
    tiles,
    commitments,
    claim,
    h,
    groth16,
    mercury,
    nextMerkleRoot,
    multiProof,
  };
}

/** The rule places of a planned segment. */
export function plannedPlaces({ head }: CertificatePlan, segment: PlannedSegment): RulePlace[] {
  return placesOf(head, { uses: publishedUses(segment), tiles: segment.tiles });
}

/** Begins the phases of a segment in progress. */
function labelOf({ segments }: CertificatePlan, { index }: PlannedSegment): string {
  return segments.length === 1 ? "" : `segment ${index} (${segments.length} in all): `;
}

/** Refuses, before any long work, models or a setup of something else. */
export function assertProvable({ head }: CertificatePlan, { base, tuned, srs }: SegmentProverInput): void {
  const id = srsId(srs);
  if (head.base.srsId !== id) {
    throw new InputError(`the models were committed under another SRS (${head.base.srsId}) than this setup's (${id})`, {
      remedy: "Use the setup with which they were committed, or commit them again.",
    });
  }
  if (base.committed.modelId !== modelId(head.base) || tuned.committed.modelId !== modelId(head.tuned)) {
    throw new InputError("the plan is about other models than those given");
  }
}

/** Reads the segment's tiles one after the other: beside the differences, one tile at a time is in memory. */
async function readWitness(
  plan: CertificatePlan,
  segment: PlannedSegment,
  label: string,
  input: SegmentProverInput,
): Promise<SegmentWitness> {
  const { tier, head } = plan;
  const { tiles, uses } = segment;
  const places = plannedPlaces(plan, segment);
  const deltas: IntVector[] = [];
  const from = new Int32Array(tier.tileSize);
  for (const tile of tiles) {
    const to = await input.tuned.tiles.readTile(tile);
    deltas.push(tileDifference(await input.base.tiles.readTile(tile, from), to, to));
    input.onProgress?.(`${label}reading tiles`, deltas.length, tiles.length);
  }
  const prefix = input.tunedLabel === undefined ? "" : `${input.tunedLabel}: `;
  const layout = segmentLayout(tier, places);
  const factors: (Factors | undefined)[] = [];
  for (const [g, { ruleIndex, tiles: ofRule }] of uses.entries()) {
    const first = layout.bases[g] ?? 0;
    const place = places[g] as RulePlace;
    const isSearched = place.rank > 0 && input.factors?.has(ruleIndex) !== true;
    if (isSearched) input.onProgress?.(`${label}searching factors`, g, uses.length);
    factors.push(
      isSearched
        ? searchFactors({ ...place, tier, deltas: deltas.slice(first, first + ofRule.length) })
        : input.factors?.get(ruleIndex),
    );
    if (isSearched) input.onProgress?.(`${label}searching factors`, g + 1, uses.length);
  }
  return buildWitness(tier, places, layout, {
    deltas,
    factors,
    describeEntry: (slot, x) => {
      const weight = describeWeight(head.manifest, tiles[slot] ?? 0, x);
      return { ...weight, name: `${prefix}${weight.name}` };
    },
    describeRule: (g) => `policy rule ${uses[g]?.ruleIndex ?? g}`,
  });
}

/** A tile's entry as a message names it. */
function describeWeight(manifest: string, tile: number, x: number): { name: string; fractionBits: number } {
  const weight = weightAt(decodeManifest(manifest), tile, x);
  if (weight === undefined) throw new RangeError(`describeWeight: entry ${x} of tile ${tile} is padding`);
  return { name: `tensor ${weight.tensor}, weight ${weight.index}`, fractionBits: weight.fractionBits };
}
