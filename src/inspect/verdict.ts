export type VerdictKind =
  | "identical"
  | "rounding"
  | "lora"
  | "lora-plus-sparse"
  | "sparse"
  | "head"
  | "bias"
  | "full-rank"
  | "partial"
  | "full"
  | "independent"
  | "other-architecture"
  | "broken";

/** What a fine-tune looks like. An opinion from measurements: it proves nothing. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly sentence: string;
  /** What led to it. */
  readonly evidence: readonly string[];
}
