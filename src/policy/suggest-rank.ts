import type { ClassifyInput } from "./suggest-piece.js";

/** A rank that explains a change up to noise. */
export interface FoundRank {
  readonly rank: number;
  readonly shift: number;
  readonly nonzeros: bigint;
  /** In squared units of `2^-(f + shift)`. */
  readonly sumSquares: bigint;
}

export function findRank(_input: ClassifyInput): { readonly found?: FoundRank; readonly why?: string } {
  return {};
}
