import type { TileMultiProof } from "../commitment/tile-tree.js";
import type { ModelParts } from "../commitment/model-id.js";
import type { Policy } from "../policy/rule.js";
import type { OpeningClaim, RuleShare, SegmentCommitments } from "./statement.js";
import type { Hex } from "../algebra/hex.js";
import type { Fr } from "../algebra/fr.js";
import type { MercuryProof } from "../argument/mercury/proof.js";
import type { TileClass } from "../quantize/class-table.js";
import type { Groth16Proof } from "../groth16/groth16.js";

/**
 * A rule of the policy, how many of its tiles changed in the segment, and the segment's share of its budgets; in place
 * order. All shares of a rule sum to at most its bounds.
 */
export interface RuleUse extends RuleShare {
  readonly ruleIndex: number;
  readonly tileCount: number;
}

/** A segment proof as it is published: wrapped in Groth16, with the one opening that is left. */
export interface WrappedSegment {
  readonly tierId: number;
  readonly uses: readonly RuleUse[];
  /** Changed tiles in slot order. */
  readonly tiles: readonly number[];
  readonly commitments: SegmentCommitments;
  readonly claim: OpeningClaim;
  /** First public signal. */
  readonly h: Fr;
  readonly groth16: Groth16Proof;
  readonly mercury: MercuryProof;
  /** Merkle root of the model after this segment. */
  readonly nextMerkleRoot: Hex;
  /** Proof of the changed leaves, ascending by tile, in the model before and after. */
  readonly multiProof: TileMultiProof;
}

/** What all segments of a certificate share: which models, under which policy, and who may register it where. */
export interface CertificateHead {
  readonly chainId: bigint;
  readonly registry: Hex;
  readonly publisher: Hex;
  readonly base: ModelParts;
  readonly tuned: ModelParts;
  readonly policy: Policy;
  /** The fraction bits of the tiles; their hash is both models' `classTableHash`. */
  readonly classes: readonly TileClass[];
  /** Canonical JSON of the manifest that both models share; its keccak256 is their `manifestHash`. */
  readonly manifest: string;
  /** Whether the keys are those of a development setup, which proves nothing. */
  readonly insecure: boolean;
}
