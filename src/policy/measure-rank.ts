import { rankResidual } from "../drift/residual.js";
import type { IntVector } from "../kernels/backend.js";
import { elementCountOf } from "../model/tensor.js";
import type { Tier } from "../protocol/tiers.js";
import type { GridTensor } from "../quantize/layout.js";
import { denseGrid } from "../drift/dense-grid.js";
import { singularValues } from "../linalg/dense-svd.js";
import type { RankReport } from "./check-report.js";
import { searchFactors, type FactorSearchInput } from "../drift/search-factors.js";

/** `2^shift·Δ - A·B` of the tiles of a grid, for the factors that the search finds. */
export function residualsOfRank(input: FactorSearchInput): readonly IntVector[] {
  const { tier, rank, shift, deltas, colPanels } = input;
  const { a, b } = searchFactors(input);
  return deltas.map((delta, tile) => {
    const left = a[Math.floor(tile / colPanels)];
    const right = b[tile % colPanels];
    if (left === undefined || right === undefined) throw new RangeError(`no factors for tile ${tile}`);
    return rankResidual(tier.n, rank, shift, delta, left, right).values;
  });
}

/** Singular values are computed up to this many. */
const MOST_VALUES = 256;

/**
 * How many singular values a change has above what rounding can make. Independent errors of standard deviation `σ` in an
 * `m × n` matrix have none above about `σ(√m + √n)`. `noise`: expected `Σ` of squared errors; of quantisation alone if it
 * is not given.
 */
export function rankAboveNoise(
  tier: Tier,
  tensor: GridTensor,
  deltas: readonly IntVector[],
  noise: number | undefined,
): Pick<RankReport, "measured" | "isLowerBound"> {
  const weights = elementCountOf(tensor.shape);
  const deviation = Math.sqrt((noise ?? weights / 6) / weights);
  const rows = tensor.gridRows * tier.n;
  const cols = tensor.gridCols * tier.n;
  const threshold = deviation * (Math.sqrt(rows) + Math.sqrt(cols));
  const values = singularValues(denseGrid(tier.n, tensor.gridCols, deltas), rows, cols).slice(0, MOST_VALUES);
  const measured = values.filter((value) => value > threshold).length;
  return { measured, isLowerBound: measured === MOST_VALUES && Math.min(rows, cols) > MOST_VALUES };
}
