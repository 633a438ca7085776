import type { Factors } from "../factors/factors.js";
import { rankResidual } from "../difference/residual.js";
import type { IntVector } from "../kernels/backend.js";
import { elementCountOf } from "../model/tensor.js";
import type { Tier } from "../protocol/tiers.js";
import { matrixView, type GridTensor } from "../quantize/layout.js";
import type { RankReport } from "./check-report.js";
import { denseGrid } from "../factors/dense-grid.js";
import { matrixInMemory } from "../linalg/matrix-source.js";
import { spectrum } from "../linalg/spectrum.js";
import type { GridChange } from "../factors/search-factors.js";

/** `2^shift·Δ - A·B` of the tiles of a grid. */
export function* residualsOf(
  { tier, deltas, colPanels }: GridChange,
  { a, b }: Factors,
  rank: number,
  shift: number,
): Generator<IntVector> {
  for (const [tile, delta] of deltas.entries()) {
    const left = a[Math.floor(tile / colPanels)];
    const right = b[tile % colPanels];
    if (left === undefined || right === undefined) throw new RangeError(`no factors for tile ${tile}`);
    yield rankResidual(tier.n, rank, shift, delta, left, right).values;
  }
}

/** Of matrices with larger sides than this, only so many singular values are computed. */
const MOST_VALUES = 256;

/**
 * How many singular values a change has above what rounding can make. Independent errors of standard deviation `σ` in an
 * `m × n` matrix have none above about `σ(√m + √n)`; beside a part of rank `k` they have only `m - k` rows and `n - k` columns
 * to themselves. `noise`: expected `Σ` of squared errors; of quantization alone if it is not given.
 */
export async function rankAboveNoise(
  tier: Tier,
  tensor: GridTensor,
  deltas: readonly IntVector[],
  noise: number | undefined,
): Promise<Pick<RankReport, "measured" | "isLowerBound">> {
  const weights = elementCountOf(tensor.shape);
  const deviation = Math.sqrt((noise ?? weights / 6) / weights);
  const [rows, cols] = matrixView(tensor.shape, tensor.rowAxes);
  const change = denseGrid(tier.n, tensor.gridCols, deltas);
  const { values, isComplete } = await spectrum(matrixInMemory(change.rows, change.cols, change.values), MOST_VALUES);
  const side = (length: number, k: number): number => Math.sqrt(Math.max(0, length - k));
  const firstOfNoise = values.findIndex((value, k) => value <= deviation * (side(rows, k) + side(cols, k)));
  return firstOfNoise < 0
    ? { measured: values.length, isLowerBound: !isComplete }
    : { measured: firstOfNoise, isLowerBound: false };
}
