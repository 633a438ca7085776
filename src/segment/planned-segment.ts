import { type TileMultiProof } from "../commitment/tile-tree.js";
import { type PlannedUse } from "./plan.js";
import type { RuleShare } from "./statement.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Tier } from "../protocol/tiers.js";
import type { CertificateHead, RuleUse } from "./wrapped-segment.js";

/** Where a certificate may be registered, and by whom. */
export interface PublishingContext {
  readonly chainId: bigint;
  readonly registry: Hex;
  readonly publisher: Hex;
}

/** A segment that is to be proven. It depends on no proof of another: all roots are known from the commitments. */
export interface PlannedSegment {
  readonly index: number;
  readonly uses: readonly PlannedUse[];
  /** What each use may take of its rule's budgets. */
  readonly shares: readonly RuleShare[];
  /** Changed tiles in slot order. */
  readonly tiles: readonly number[];
  readonly prevMerkleRoot: Hex;
  readonly nextMerkleRoot: Hex;
  readonly multiProof: TileMultiProof;
}

/** How a certificate is going to be made. The same models, policy, tier, memory bound and needs give the same plan. */
export interface CertificatePlan {
  readonly head: CertificateHead;
  readonly tier: Tier;
  /** Changed tiles, ascending. */
  readonly changedTiles: readonly number[];
  readonly segments: readonly PlannedSegment[];
}

/** A segment by its number. Throws `InputError` if the plan has none of it. */
export function segmentOf({ segments }: CertificatePlan, index: number): PlannedSegment {
  const segment = segments[index];
  if (segment === undefined) {
    throw new InputError(`there is no segment ${index}: the plan has ${segments.length}, counted from 0`, {
      remedy: "`fti prove --plan` shows the plan; --memory and --jobs change it.",
    });
  }
  return segment;
}

/** A segment's uses of rules as they are published. */
export function publishedUses({ uses, shares }: Pick<PlannedSegment, "uses" | "shares">): RuleUse[] {
  return uses.map(({ ruleIndex, tiles }, place) => ({
    ruleIndex,
    tileCount: tiles.length,
    ...(shares[place] ?? { maxNonzeros: 0n, maxResidualSq: 0n }),
  }));
}
