import type { Hex } from "../algebra/hex.js";
import { modelId, type ModelParts } from "../commitment/model-id.js";
import { policyId, type Rule } from "../policy/rule.js";
import type { Tier } from "../protocol/tiers.js";
import { contextDigest, placeOf, type RulePlace, type SegmentCommitments, type SegmentStatement } from "./statement.js";
import type { CertificateHead, RuleUse } from "./wrapped-segment.js";

/** What a segment adds to its certificate's head, whether it is being proven or has been published. */
export interface StatedSegment {
  readonly tier: Tier;
  /** The rules that it uses, by place. */
  readonly places: readonly RulePlace[];
  /** Changed tiles in slot order. */
  readonly tiles: readonly number[];
  readonly commitments: SegmentCommitments;
  /** Merkle roots of the model before and after. */
  readonly prevMerkleRoot: Hex;
  readonly nextMerkleRoot: Hex;
}

/**
 * The rule places of a segment: of every use, the rule's tiles in the order of the slots and the segment's share of its budgets.
 * The rules must exist, and the uses take all of the tiles.
 */
export function placesOf(
  { policy, classes }: Pick<CertificateHead, "policy" | "classes">,
  { uses, tiles }: { readonly uses: readonly RuleUse[]; readonly tiles: readonly number[] },
): RulePlace[] {
  let slot = 0;
  return uses.map(({ ruleIndex, tileCount, ...share }) => {
    slot += tileCount;
    return placeOf(policy.rules[ruleIndex] as Rule, tiles.slice(slot - tileCount, slot), share, classes);
  });
}

/** The statement of a segment (PROTOCOL 6), for its prover and its verifier: bound to chain, registry, publisher, models and policy. */
export function statementOf(head: Omit<CertificateHead, "manifest">, segment: StatedSegment): SegmentStatement {
  const { tier, places, tiles, commitments } = segment;
  const idAt = (merkleRoot: Hex): Hex => modelId({ ...head.base, merkleRoot } satisfies ModelParts);
  const context = {
    chainId: head.chainId,
    registry: head.registry,
    publisher: head.publisher,
    tierId: tier.id,
    prevModelId: idAt(segment.prevMerkleRoot),
    nextModelId: idAt(segment.nextMerkleRoot),
    policyId: policyId(head.policy),
    tiles,
  };
  return { tier, d1: contextDigest(context, commitments), places };
}
