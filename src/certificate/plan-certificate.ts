import type { CommittedModel } from "../commitment/committed-model.js";
import { TileTree } from "../commitment/tile-tree.js";
import type { G1 } from "../algebra/g1.js";
import { planSegments } from "../segment/plan.js";
import { assertPolicyFitsManifest } from "../policy/policy-manifest.js";
import { assertPolicy, type Policy } from "../policy/rule.js";
import type { MemoryBound } from "../segment/prover-memory.js";
import { sharesOf } from "../segment/shares.js";
import { InputError } from "../errors/errors.js";
import type { Tier } from "../protocol/tiers.js";
import { classTable } from "../quantize/class-table.js";
import { encodeManifest } from "../quantize/manifest.js";
import { tileContents } from "../quantize/tile-contents.js";
import type { CertificateHead, RuleUse } from "../segment/wrapped-segment.js";
import { changedTiles } from "../commitment/open-committed.js";
import { listNames } from "../model/names/list-names.js";
import { type PublishingContext, type PlannedSegment, type CertificatePlan } from "../segment/planned-segment.js";

export interface PlanCertificateInput {
  readonly base: CommittedModel;
  readonly tuned: CommittedModel;
  readonly policy: Policy;
  readonly context: PublishingContext;
  readonly tier: Tier;
  /** Whether the setup, or that of a model, is a development one. */
  readonly insecure: boolean;
  /** Smaller segments, where they would need more. */
  readonly memory?: MemoryBound | undefined;
  /** How messages name the fine-tune's weights: their path. */
  readonly tunedLabel?: string | undefined;
}

/**
 * Splits the change between two committed models into segments; needs no weights, so rules that several segments use are
 * divided by numbers of tiles (`divideByNeed` looks whether that serves). Throws `InputError` if models,
 * policy and tier do not belong together or nothing changed; otherwise as `planSegments`.
 */
export function planCertificate(input: PlanCertificateInput): CertificatePlan {
  const { base, tuned, policy, tier, memory, tunedLabel } = input;
  assertBelongTogether(input);
  const { manifest } = base;
  assertPolicy(policy, base.parts.tileCount);
  assertPolicyFitsManifest(policy, manifest);

  const contents = tileContents(manifest);
  const prefix = tunedLabel === undefined ? "" : `${tunedLabel}: `;
  const describeTile = (tile: number): string =>
    `${prefix}tile ${tile} (${listNames(contents[tile]?.tensors ?? [], 3)})`;
  const changed = changedTiles(base, tuned);
  if (changed.length === 0) {
    throw new InputError("the models are equal in all integers: there is nothing to certify", {
      remedy: `Both have the id ${base.modelId}; files can differ by less than a step in each weight.`,
    });
  }
  let tree = new TileTree(base.commitments);
  const planned = planSegments(tier, policy.rules, changed, { describeTile, memory });
  const shares = sharesOf(policy.rules, planned);
  const segments = planned.map(({ uses }, index): PlannedSegment => {
    const tiles = uses.flatMap((use) => use.tiles);
    const before = tree;
    tree = before.with(new Map(tiles.map((tile) => [tile, tuned.commitments[tile] as G1])));
    return {
      index,
      uses,
      shares: shares[index] ?? [],
      tiles,
      prevMerkleRoot: before.root,
      nextMerkleRoot: tree.root,
      multiProof: before.multiProof([...tiles].sort((a, b) => a - b)),
    };
  });
  const head: CertificateHead = {
    ...input.context,
    base: base.parts,
    tuned: tuned.parts,
    policy,
    classes: classTable(manifest),
    manifest: encodeManifest(manifest),
    insecure: input.insecure,
  };
  return { head, tier, changedTiles: changed, segments };
}

/** Whether two plans use the same rules in the same segments, with the same shares. */
export function areSamePlans(one: readonly (readonly RuleUse[])[], other: readonly (readonly RuleUse[])[]): boolean {
  const text = (plan: readonly (readonly RuleUse[])[]): string =>
    plan
      .map((uses) =>
        uses.map((use) => [use.ruleIndex, use.tileCount, use.maxNonzeros, use.maxResidualSq].join("/")).join(),
      )
      .join(";");
  return text(one) === text(other);
}

function assertBelongTogether({ base, tuned, tier, policy }: PlanCertificateInput): void {
  const [from, to] = [base.parts, tuned.parts];
  if (from.srsId !== to.srsId) {
    throw new InputError(`base and fine-tuned model were committed under different SRS (${from.srsId}, ${to.srsId})`, {
      remedy: "Commit both with one setup.",
    });
  }
  if (
    from.manifestHash !== to.manifestHash ||
    from.classTableHash !== to.classTableHash ||
    from.t !== to.t ||
    from.tileCount !== to.tileCount
  ) {
    throw new InputError("base and fine-tuned model were committed with different manifests", {
      remedy: "Commit the fine-tuned model with `--base` and the base's commitment file.",
    });
  }
  if (from.t !== tier.t) {
    throw new InputError(`the models have tiles of side 2^${from.t}, tier ${tier.name} has 2^${tier.t}`, {
      remedy: "Prove at the tier at which the models were committed.",
    });
  }
  if (policy.baseModelId !== base.modelId) {
    throw new InputError(`the policy is about model ${policy.baseModelId}, the base is ${base.modelId}`, {
      remedy: "Make a policy for this base.",
    });
  }
}
