import type { Role, TensorPart } from "../model/architecture/role.js";
import type { ModelTensor } from "../model/tensor.js";
import type { Rounding } from "./rounding.js";
import type { NotFinite } from "./value-pass.js";

/**
 * What kind of change a tensor's is. `rounding`: the dtypes of the two files explain it. `sparse`: few weights. `low-rank`: as
 * adapters make, perhaps with single weights. `unrelated`: a matrix with no trace of the base's. `dense`: any other.
 */
export type ChangeKind = "same" | "rounding" | "sparse" | "low-rank" | "dense" | "unrelated";

/** How alike two tensors are. Values that are no numbers are left out of all sums. */
export interface Likeness {
  /** L2 norm of the base's tensor. */
  readonly baseNorm: number;
  readonly tunedNorm: number;
  /** L2 norm of the change. */
  readonly norm: number;
  /** The change's norm as a part of the base's; infinite where the base is zeros. */
  readonly relative: number;
  /** Cosine of the angle between both tensors; 1 if either is zeros. */
  readonly cosine: number;
  /** The same about the means of both; undefined where they are nearly their means. */
  readonly correlation: number | undefined;
}

/** What became of one tensor that both models have. Plain numbers: it is what `--json` prints. */
export interface TensorChange extends Likeness {
  readonly name: string;
  readonly shape: readonly number[];
  /** The fine-tune's dtype. */
  readonly dtype: string;
  readonly baseDtype: string;
  readonly role: Role;
  readonly part: TensorPart;
  readonly block: string | undefined;
  readonly weights: number;
  /** Whether it is a matrix, or a stack of them: vectors say little of where a model comes from. */
  readonly isMatrix: boolean;
  readonly kind: ChangeKind;
  /** Without the outliers; all of it where there are none. */
  readonly core: Likeness;
  /** Weights so much larger than all others that they hide them: how many, and the size from which on they are that. */
  readonly outliers?: { readonly count: number; readonly from: number };
  /** NaN and infinities: in the fine-tune only, in the base only, and the same in both. */
  readonly notFinite?: { readonly tuned?: NotFinite; readonly base?: NotFinite; readonly both?: NotFinite };
  readonly largest: { readonly value: number; readonly index: number };
  /** Weights that are not what they were. */
  readonly nonzeros: number;
  /** Largest change of a weight, in steps of the fine-tune's format; 0 where the dtype is none of IEEE 754's. */
  readonly mostSteps: number;
  /** L2 norm that storing the fine-tune in its dtype is expected to round by. */
  readonly expectedRounding: number;
  /** Why the change is rounding and nothing else, if it is. */
  readonly rounding: Rounding | undefined;
  /** Of a matrix whose change is not rounding only. */
  readonly matrix: MatrixChange | undefined;
}

/** The low-rank side of a changed matrix, or of a stack of them (experts). */
export interface MatrixChange {
  /** 1, or how many matrices are stacked. */
  readonly count: number;
  /** Of one of them. */
  readonly rows: number;
  readonly cols: number;
  /** Singular values of the change (of the matrix of the stack with the largest rank), descending; all of them if `isComplete`. */
  readonly spectrum: readonly number[];
  readonly isComplete: boolean;
  /** The largest singular value that rounding to the dtypes can make, weight by weight. */
  readonly noiseFloor: number;
  /**
   * Singular values above the floor, the most of any matrix of the stack; at least that many if the spectrum is not complete
   * and all are above.
   */
  readonly rank: number;
  /** Whether the best parts of that rank leave no more than rounding noise. */
  readonly isNoiseLeft: boolean;
  /** Norm that the best parts of their ranks leave; of a rank that is full nothing is left. */
  readonly residual: number;
  /** A smaller rank that is enough when some single weights are left out. */
  readonly withSingleWeights: { readonly rank: number; readonly weights: number } | undefined;
}

/** A fine-tune against its base. */
export interface Inspection {
  readonly base: string;
  readonly tuned: string;
  readonly tunedFormat: string;
  readonly architecture: string;
  /** Floating-point tensors of both, in manifest order. */
  readonly tensors: readonly TensorChange[];
  /** Tensors that only one has, or of another shape, or of another kind, whatever their kind. */
  readonly onlyInBase: readonly LoneTensor[];
  readonly onlyInTune: readonly LoneTensor[];
  /** Tensors of integers, booleans and strings of both. */
  readonly others: { readonly count: number; readonly changed: readonly OtherChange[] };
  /** Matrices of the fine-tune that are another one of the base, by name. */
  readonly moved: readonly MovedTensor[];
  /** Over the matrices that both have, without outliers. */
  readonly matrices: {
    readonly count: number;
    readonly weights: number;
    readonly relative: number;
    /** Share of their weights by kind of change. */
    readonly shares: Readonly<Record<ChangeKind, number>>;
  };
  readonly total: {
    readonly weights: number;
    readonly changedWeights: number;
    readonly norm: number;
    readonly baseNorm: number;
    readonly relative: number;
    /** Over the tensors that changed. */
    readonly cosine: number;
  };
}

/** A tensor that has no counterpart. */
export interface LoneTensor {
  readonly name: string;
  readonly kind: ModelTensor["kind"];
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly role: Role;
  readonly weights: number;
  readonly notFinite: NotFinite | undefined;
}

/** A tensor of integers, booleans or strings that is not what it was. */
export interface OtherChange {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly elements: number;
  /** Elements that differ, and by how much at most; undefined for strings, of which only digests are known. */
  readonly differ: number | undefined;
  readonly largest: { readonly value: number; readonly index: number } | undefined;
}

/** A matrix that holds what another one of the base holds. */
export interface MovedTensor {
  readonly name: string;
  readonly block: string | undefined;
  /** The base's tensor that it is like, and its block. */
  readonly like: string;
  readonly likeBlock: string | undefined;
  /** Over a sample. */
  readonly cosine: number;
}
