import type { TierName } from "../../src/protocol/tiers.js";

/**
 * Where a policy comes from: a document (YAML), or what `fti policy suggest` finds, with single weights taken from its rank
 * rules.
 */
export type Claim =
  | { readonly document: string }
  | { readonly suggested: { readonly fewerNonzeros?: bigint; readonly withoutNonzeros?: boolean } };

/** A claim that is not true of the fine-tune. */
export interface WrongClaim {
  /** A few words for the table. */
  readonly words: string;
  readonly claim: Claim;
  /** What `fti policy check` must say. */
  readonly because: RegExp;
  /**
   * Whether a dishonest prover tries it with a proof of its own. Not where the claim freezes tiles that changed: nothing
   * can be proven about these at all, so the certificate of the true claim is sent under the false policy.
   */
  readonly forged: boolean;
}

/** A fine-tune, what is true of it and what is not. */
export interface Example {
  readonly name: string;
  readonly tier: TierName;
  /** Paths of files or directories; a directory with an adapter is opened over the base. */
  readonly base: string;
  readonly tune: string;
  /** Commit the base with room for the tensors that only the fine-tune has. */
  readonly newTensors?: boolean;
  /** Bits after the point, where single weights changed by less than the default sees. */
  readonly fractionBits?: number;
  /** What `fti inspect` must say. */
  readonly looksLike: RegExp;
  readonly accepted: { readonly words: string; readonly claim: Claim };
  readonly refused: readonly WrongClaim[];
}
