import type { Policy, Rule } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
import type { Tier } from "../protocol/tiers.js";
import type { RoundingTest } from "../inspect/is-rounding.js";
import type { RoundingBoundOf } from "./rounding-bound.js";
import type { NoiseOf, Progress, TilePair } from "./measure-model.js";

export interface SuggestPolicyInput extends TilePair {
  readonly baseModelId: Hex;
  readonly tier: Tier;
  /** What a rank may leave is measured against it. */
  readonly noiseOf: NoiseOf;
  /** What is called rounding: what the dtypes of both files explain, never the steps of the commitment. */
  readonly isRounding: RoundingTest;
  /** Bounds of the preset `rounding-only` for changes that are rounding; without it they get what was measured. */
  readonly roundingBoundOf?: RoundingBoundOf | undefined;
  readonly options?: SuggestOptions | undefined;
  readonly onProgress?: Progress | undefined;
}

export interface SuggestOptions {
  /** Room above what was measured, in percent: for norms and for counts of single weights. 0 by default. */
  readonly marginPercent?: number | undefined;
  /** Bounds of exactly what was measured, so that one less is refused. Public bounds tell that of a private fine-tune. */
  readonly isExact?: boolean | undefined;
  /** Largest rank to look for; the tier's by default. */
  readonly maxRank?: number | undefined;
}

/**
 * What kind of change a rule is for. `rounding`: what the dtypes of both files explain. `free`: so much is beyond the entry
 * range that everything may change.
 */
export type SuggestedClass = "rounding" | "sparse" | "low-rank" | "low-rank-and-sparse" | "norm" | "free";

/** A rule, what it is for, and why it is not a tighter one. */
export interface SuggestedRule {
  readonly kind: SuggestedClass;
  /** Its bound is that of a preset: it tells nothing of the fine-tune, and is not rounded. */
  readonly isPreset?: boolean;
  readonly rule: Rule;
  readonly tensors: readonly string[];
  /**
   * What its bound is held against when rules are joined: the base's sum of squares where it bounds a norm, in the weights' own unit, or the
   * number of weights where it counts them.
   */
  readonly size: number;
  /** One sentence. */
  readonly reason: string;
}

export interface SuggestedPolicy {
  readonly policy: Policy;
  /** In the policy's order. */
  readonly rules: readonly SuggestedRule[];
  /** Why rules are what they are, for a person: a sentence each. */
  readonly reasons: readonly string[];
}
