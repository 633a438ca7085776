import type { Role, TensorPart } from "../architecture/role.js";

/** What became of one tensor that both models have. Plain numbers: it is what `--json` prints. */
export interface TensorChange {
  readonly name: string;
  readonly shape: readonly number[];
  /** The fine-tune's dtype. */
  readonly dtype: string;
  readonly role: Role;
  readonly part: TensorPart;
  readonly block: string | undefined;
  readonly weights: number;
  /** L2 norm of the base's tensor. */
  readonly baseNorm: number;
  readonly tunedNorm: number;
  /** L2 norm of the change. */
  readonly norm: number;
  /** The change's norm as a part of the base's; infinite where the base is zeros. */
  readonly relative: number;
  readonly largest: { readonly value: number; readonly index: number };
  /** Weights that are not what they were. */
  readonly nonzeros: number;
  /** Cosine of the angle between both tensors; 1 if either is zeros. */
  readonly cosine: number;
  /** L2 norm that storing the fine-tune in its dtype is expected to round by; 0 where the dtype is none of IEEE 754's. */
  readonly expectedRounding: number;
  /** Formats to which rounding the base explains the change, the most precise first. */
  readonly roundings: readonly string[];
  /** Of a changed matrix. */
  readonly matrix: MatrixChange | undefined;
}

/** The low-rank side of a changed matrix. */
export interface MatrixChange {
  readonly rows: number;
  readonly cols: number;
  /** Singular values of the change, descending; all of them if `isComplete`. */
  readonly spectrum: readonly number[];
  readonly isComplete: boolean;
  /** The largest singular value that rounding to the dtype can make. */
  readonly noiseFloor: number;
  /** Singular values above the floor; at least that many if the spectrum is not complete and all are above. */
  readonly rank: number;
  /** Norm that the best part of that rank leaves; of a rank that is full nothing is left. */
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
  /** Names of tensors that only one has, or of another shape, with their roles. */
  readonly onlyInBase: readonly NamedRole[];
  readonly onlyInTune: readonly NamedRole[];
  /** Tensors of integers, booleans and strings: whether they are the same is all that is looked at. */
  readonly others: { readonly count: number; readonly changed: readonly string[] };
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

export interface NamedRole {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: Role;
}
