import type { IntVector } from "../kernels/backend.js";
import type { BlockMatrix } from "../linalg/block-matrix.js";
import type { Factors } from "./factors.js";
import { fitRealFactors } from "./real-factors.js";
import { roundFactors, type FactorPanels } from "./round-factors.js";

/** A change over a grid of tiles. */
export interface GridChange extends FactorPanels {
  /** `Δ` of every tile, row panels first; whole numbers. */
  readonly deltas: readonly IntVector[];
}

/** The kind of part that is looked for. */
export interface FactorSearchInput extends GridChange {
  /** At least 1. */
  readonly rank: number;
  readonly shift: number;
  readonly maxNonzeros: bigint;
}

/**
 * Integer factors whose product is near `2^shift·Δ` outside of `maxNonzeros` entries: the best real factors, rounded, then
 * fitted to each other. They lie in the tier's range. The same input gives the same factors. Not the best integers there
 * are, and for no change an error: one that has no such part leaves a large residual. Nobody trusts this search: the proof
 * shows what it found.
 *
 * Time: under a second for a million entries at rank 16, a few seconds with single weights. Memory: that of the factors
 * and of the masked entries.
 */
export function searchFactors(input: FactorSearchInput): Factors {
  return roundFactors(input, fitRealFactors(matrixOf(input), input.rank, input.maxNonzeros), input.shift);
}

/** The matrix of a grid of tiles: no copy. */
export function matrixOf({ tier: { n }, rowPanels, colPanels, deltas }: GridChange): BlockMatrix {
  return {
    rows: rowPanels * n,
    cols: colPanels * n,
    blocks: deltas.map((values, tile) => ({
      row: Math.floor(tile / colPanels) * n,
      col: (tile % colPanels) * n,
      rows: n,
      cols: n,
      values,
    })),
  };
}
