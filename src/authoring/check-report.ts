import type { Policy } from "../policy/rule.js";
import type { Tier } from "../protocol/tiers.js";
import type { NoiseOf, Progress, TilePair } from "./measure-model.js";

export interface CheckPolicyInput extends TilePair {
  readonly policy: Policy;
  readonly tier: Tier;
  /** Tells a rank from noise; without it, only quantization is expected to round. */
  readonly noiseOf?: NoiseOf | undefined;
  readonly onProgress?: Progress | undefined;
}

/** A weight that changed, as a message names it. */
export interface WeightChange {
  readonly tensor: string;
  /** Row-major index in the tensor. */
  readonly index: number;
  /** Whole units of `2^-(f + shift)`. */
  readonly units: bigint;
  /** The same in the weights' own unit. */
  readonly value: number;
}

/** A sum of squares in integer units and as the L2 norm that it means. */
export interface SquaredNorm {
  readonly sumSquares: bigint;
  /** In the weights' own unit; for reading. */
  readonly norm: number;
}

/** Why a rule does not hold. */
export interface RuleViolation {
  /** `residual`: `Σ E²` is over its bound; `range`: an entry is beyond the lookup table; `segment`: no segment of the tier holds the rule. */
  readonly kind: "residual" | "range" | "segment";
  /** One sentence without the rule's number. */
  readonly message: string;
}

/** One rule of the policy against the change. */
export interface RuleReport {
  readonly rule: number;
  /** Tensors with entries in its tiles. */
  readonly tensors: readonly string[];
  /** Residuals are in units of `2^-unit`. */
  readonly unit: number;
  readonly shift: number;
  /** Tiles of the rule that changed, ascending. */
  readonly changedTiles: readonly number[];
  /** Weights of its tiles, and how many of them changed. */
  readonly weights: number;
  readonly changedWeights: number;
  /** The change as it is, in units of `2^-(unit - shift)`. */
  readonly change: SquaredNorm;
  readonly rank: RankReport | undefined;
  /** What the low-rank part and the mask leave, and what the rule allows. */
  readonly residual: SquaredNorm;
  readonly allowedResidual: SquaredNorm;
  readonly nonzeros: {
    readonly allowed: bigint;
    /** Entries that the mask takes. */
    readonly used: bigint;
    /** How many it would have to take for the rest of the rule to hold. */
    readonly needed: bigint;
    /** How many entries are beyond the entry range before any is masked. */
    readonly outside: bigint;
  };
  /** The largest entry that is left. */
  readonly worst: WeightChange | undefined;
  /** Entries that are left must lie within this, in the weights' own unit: by tensors' fraction bits the least and the most. */
  readonly entryLimit: { readonly least: number; readonly most: number };
  readonly violations: readonly RuleViolation[];
}

/** The rank that the change of a tensor really has. */
export interface RankReport {
  readonly allowed: number;
  /** Singular values above what rounding can make; undefined where the change was not looked at closely, as the rule holds. */
  readonly measured: number | undefined;
  /** Whether `measured` is only a lower bound, since no more singular values were computed. */
  readonly isLowerBound: boolean;
}

/** A tensor that changed although no rule covers its tile. */
export interface FrozenViolation {
  readonly tensor: string;
  readonly tiles: readonly number[];
  readonly changedWeights: number;
  readonly change: SquaredNorm;
  readonly largest: WeightChange;
}

/** Everything that a fine-tune does and does not keep of a policy. */
export interface PolicyReport {
  readonly holds: boolean;
  readonly rules: readonly RuleReport[];
  readonly frozenViolations: readonly FrozenViolation[];
}
