import { blindingsOf, type OpenedModel } from "../commitment/commit-tiles.js";
import { modelId, type ModelParts } from "../commitment/model-id.js";
import { TileTree } from "../commitment/tile-tree.js";
import type { G1 } from "../curve/g1.js";
import { planSegments, type SegmentPlan } from "../drift/plan.js";
import { assertPolicyFitsManifest } from "../drift/policy-manifest.js";
import { assertPolicy, policyId, type Policy, type Rule } from "../drift/rule.js";
import { contextDigest, placeOf, segmentLayout, type SegmentStatement } from "../drift/statement.js";
import { buildWitness, type Factors } from "../drift/witness.js";
import type { Hex } from "../encoding/hex.js";
import { InputError } from "../errors/errors.js";
import type { Fr } from "../field/fr.js";
import type { RandomFr } from "../field/random.js";
import type { Backend } from "../kernels/backend.js";
import { openMercury } from "../kzg/mercury/open.js";
import { srsId, type Srs } from "../kzg/srs.js";
import type { Tier } from "../protocol/tiers.js";
import { parseManifest } from "../quantize/manifest.js";
import { tileContents } from "../quantize/tile-contents.js";
import { weightAt } from "../quantize/tile-map.js";
import { combineBlindings } from "../segment/combine.js";
import { commitSegment, drawRandomness } from "../segment/commit.js";
import { proveSegment } from "../segment/prove.js";
import type { PoseidonEx } from "../transcript/poseidon.js";
import type { Certificate, WrappedSegment } from "../wrap/certificate.js";
import { proveWrapped, type ProvingArtifacts } from "../wrap/prove-wrapped.js";
import { publicSignals } from "../wrap/public-signals.js";
import { changedTiles } from "./open-committed.js";
import type { ProgressListener } from "./progress.js";
import { listNames } from "./tensor-selection.js";

/** Where a certificate may be registered, and by whom. */
export interface PublishingContext {
  readonly chainId: bigint;
  readonly registry: Hex;
  readonly publisher: Hex;
}

export interface ProveCertificateInput {
  readonly base: OpenedModel;
  readonly tuned: OpenedModel;
  readonly policy: Policy;
  readonly context: PublishingContext;
  readonly tier: Tier;
  readonly srs: Srs;
  readonly artifacts: ProvingArtifacts;
  /** Whether the artefacts are those of a development setup. */
  readonly insecure: boolean;
  readonly backend: Backend;
  readonly permute: PoseidonEx;
  /** The system's CSPRNG outside tests. */
  readonly randomFr: RandomFr;
  /** Integer factors of the rank rules, by rule index. */
  readonly factors?: ReadonlyMap<number, Factors>;
  /** How messages name the fine-tune's weights: their path. */
  readonly tunedLabel?: string;
  readonly onProgress?: ProgressListener;
}

/**
 * Proves that `tuned` differs from `base` only as the policy allows.
 *
 * Throws `PolicyViolation` before any proving if it does not, naming rule, tensor and number; `InputError` if the
 * models, the policy and the setup do not belong together.
 */
export async function proveCertificate(input: ProveCertificateInput): Promise<Certificate> {
  const { base, tuned, policy, tier } = input;
  assertBelongTogether(input);
  const manifest = parseManifest(JSON.parse(base.committed.manifest) as unknown);
  assertPolicy(policy, base.committed.parts.tileCount);
  assertPolicyFitsManifest(policy, manifest);

  const contents = tileContents(manifest);
  const describeTile = (tile: number): string =>
    `${labelPrefix(input)}tile ${tile} (${listNames(contents[tile]?.tensors ?? [], 3)})`;
  const changed = changedTiles(base.committed, tuned.committed);
  if (changed.length === 0) {
    throw new InputError("the models are identical: there is nothing to certify", {
      remedy: `Both have the id ${base.committed.modelId}.`,
    });
  }
  const plans = planSegments(tier, policy.rules, changed, describeTile);
  assertFactorsGiven(plans, policy, input.factors);

  const segments: WrappedSegment[] = [];
  let tree = new TileTree(base.committed.commitments);
  for (const [i, plan] of plans.entries()) {
    const label = plans.length === 1 ? "" : `segment ${i + 1}/${plans.length}: `;
    const tiles = plan.uses.flatMap((use) => use.tiles);
    const next = tree.with(new Map(tiles.map((tile) => [tile, tuned.committed.commitments[tile] as G1])));
    segments.push(await proveOne(input, plan, tree, next, label));
    tree = next;
  }
  return {
    ...input.context,
    base: base.committed.parts,
    tuned: tuned.committed.parts,
    policy,
    manifest: base.committed.manifest,
    insecure: input.insecure,
    segments,
  };
}

function assertBelongTogether({ base, tuned, tier, srs, policy }: ProveCertificateInput): void {
  const [from, to] = [base.committed.parts, tuned.committed.parts];
  if (from.manifestHash !== to.manifestHash || from.t !== to.t || from.tileCount !== to.tileCount) {
    throw new InputError("base and tuned model were committed with different manifests", {
      remedy: "Commit the tuned model with `--base` and the base's commitment file.",
    });
  }
  if (from.t !== tier.t) {
    throw new InputError(`the models have tiles of side 2^${from.t}, tier ${tier.name} has 2^${tier.t}`, {
      remedy: "Prove at the tier at which the models were committed.",
    });
  }
  const id = srsId(srs);
  if (from.srsId !== id || to.srsId !== id) {
    throw new InputError(`the models were committed under another SRS (${from.srsId}) than this setup's (${id})`, {
      remedy: "Use the setup with which they were committed, or commit them again.",
    });
  }
  if (policy.baseModelId !== base.committed.modelId) {
    throw new InputError(`the policy is about model ${policy.baseModelId}, the base is ${base.committed.modelId}`, {
      remedy: "Make a policy for this base.",
    });
  }
}

/** A rank rule in use needs integer factors: how they are found is the caller's, the proof trusts nobody. */
function assertFactorsGiven(
  plans: readonly SegmentPlan[],
  policy: Policy,
  factors: ReadonlyMap<number, Factors> | undefined,
): void {
  for (const { ruleIndex } of plans.flatMap((plan) => plan.uses)) {
    if ((policy.rules[ruleIndex]?.maxRank ?? 0) === 0 || factors?.has(ruleIndex) === true) continue;
    throw new InputError(`policy rule ${ruleIndex} bounds a rank, but no factors of the change are given`, {
      remedy: "Pass integer factors to `proveCertificate`; the command line proves norm and sparse rules.",
    });
  }
}

async function proveOne(
  input: ProveCertificateInput,
  plan: SegmentPlan,
  before: TileTree,
  after: TileTree,
  label: string,
): Promise<WrappedSegment> {
  const { base, tuned, policy, tier, srs, backend, permute, randomFr, onProgress = () => undefined } = input;
  const tiles = plan.uses.flatMap((use) => use.tiles);
  const places = plan.uses.map((use) => placeOf(policy.rules[use.ruleIndex] as Rule, use.tiles.length));
  const layout = segmentLayout(tier, places);

  const deltas: Float64Array[] = [];
  for (const tile of tiles) {
    const from = await base.tiles.readTile(tile);
    const to = await tuned.tiles.readTile(tile);
    deltas.push(Float64Array.from(from, (value, x) => (to[x] ?? 0) - value));
    onProgress(`${label}reading tiles`, deltas.length, tiles.length);
  }
  const witness = buildWitness(tier, places, layout, {
    deltas,
    factors: plan.uses.map((use) => input.factors?.get(use.ruleIndex)),
    describeEntry: (slot, x) => {
      const weight = describeWeight(base.committed.manifest, tiles[slot] ?? 0, x);
      return { ...weight, name: `${labelPrefix(input)}${weight.name}` };
    },
    describeRule: (g) => `policy rule ${plan.uses[g]?.ruleIndex ?? g}`,
  });

  const randomness = drawRandomness(tier, randomFr);
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

  const withRoot = (merkleRoot: Hex): ModelParts => ({ ...base.committed.parts, merkleRoot });
  const context = {
    ...input.context,
    tierId: tier.id,
    prevModelId: modelId(withRoot(before.root)),
    nextModelId: modelId(withRoot(after.root)),
    policyId: policyId(policy),
    tiles,
  };
  const statement: SegmentStatement = { tier, d1: contextDigest(context, commitments), places };
  const proven = await proveSegment(statement, witness, randomness, backend, permute, (_step, done, total) => {
    onProgress(`${label}segment proof`, done, total);
  });

  onProgress(`${label}wrapping`, 0, 1);
  const signals = publicSignals(statement, proven.claim, proven.h);
  const groth16 = await proveWrapped(statement, proven.proof, signals, input.artifacts);
  onProgress(`${label}wrapping`, 1, 1);
  onProgress(`${label}opening`, 0, 1);
  const mercury = await openMercury(
    {
      coefficients: proven.combined,
      point: proven.claim.z,
      value: proven.claim.y,
      blinding: combineBlindings(statement, proven.claim, blindings),
      seedWords: [signals.h, signals.eta, signals.v],
    },
    (coefficients) => backend.msm(srs.powers, coefficients),
  );
  onProgress(`${label}opening`, 1, 1);

  return {
    tierId: tier.id,
    uses: plan.uses.map((use) => ({ ruleIndex: use.ruleIndex, tileCount: use.tiles.length })),
    tiles,
    commitments,
    claim: proven.claim,
    h: proven.h,
    groth16,
    mercury,
    nextMerkleRoot: after.root,
    multiProof: before.multiProof([...tiles].sort((a, b) => a - b)),
  };
}

function labelPrefix({ tunedLabel }: ProveCertificateInput): string {
  return tunedLabel === undefined ? "" : `${tunedLabel}: `;
}

/** A tile's entry as a message names it. */
function describeWeight(manifest: string, tile: number, x: number): { name: string; fractionBits: number } {
  const weight = weightAt(parseManifest(JSON.parse(manifest) as unknown), tile, x);
  if (weight === undefined) throw new RangeError(`describeWeight: entry ${x} of tile ${tile} is padding`);
  return { name: `tensor ${weight.tensor}, weight ${weight.index}`, fractionBits: weight.fractionBits };
}
