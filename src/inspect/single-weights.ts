import { matrixInMemory, type MatrixSource } from "../linalg/matrix-source.js";
import { truncatedSvd, type TruncatedSvd } from "../linalg/truncated-svd.js";

/** Larger ranks are no adapters' any more. */
const MOST_RANK = 16;
/** Single weights are exceptions. */
const MOST_SHARE = 0.02;
/** The search fits the matrix again and again: not for larger ones. */
const MOST_ENTRIES = 2 ** 22;
const ROUNDS = 40;
/** If the first directions leave more than this part of the change, a few outliers are not the reason. */
const HOPELESS = 0.5;
/** If so many rounds leave more than this share of the entries unexplained, neither. */
const FIRST_ROUNDS = 10;
const MOST_SPOILED = 0.3;

/**
 * The smallest rank that explains a matrix up to `entryNoise` in every entry but a few, and how many these are. Entries that
 * stand out from the fit are replaced by what it says, and it is made again, until they are the same. `undefined` if there
 * is none of up to 16.
 */
export async function rankWithSingleWeights(
  matrix: MatrixSource,
  entryNoise: number,
): Promise<{ readonly rank: number; readonly weights: number } | undefined> {
  const { rows, cols } = matrix;
  if (rows * cols > MOST_ENTRIES) return undefined;
  const change = await matrix.readRows(0, rows);
  const most = Math.floor(MOST_SHARE * change.length);
  const energy = change.reduce((sum, value) => sum + value * value, 0);
  const limit = Math.min(MOST_RANK, Math.floor(Math.min(rows, cols) / 4));
  const svd = await truncatedSvd(matrixInMemory(rows, cols, change), limit);
  if (energy - svd.s.reduce((sum, value) => sum + value * value, 0) > HOPELESS ** 2 * energy) return undefined;
  // With the largest rank and mask, what outliers have bent is mostly straight again; a change of full rank is not.
  const { above } = await fitWithoutOutliers(change, rows, cols, limit, entryNoise, most, FIRST_ROUNDS);
  if (above > MOST_SPOILED * change.length) return undefined;
  for (let rank = 1; rank <= limit; rank++) {
    const { above, isStable } = await fitWithoutOutliers(change, rows, cols, rank, entryNoise, most, ROUNDS);
    if (isStable) return { rank, weights: above };
  }
  return undefined;
}

/** Rounds of fitting; `above`: entries that stand out from the last fit, `isStable`: and only these, few, were left out of it. */
async function fitWithoutOutliers(
  change: Float64Array,
  rows: number,
  cols: number,
  rank: number,
  entryNoise: number,
  most: number,
  rounds: number,
): Promise<{ readonly above: number; readonly isStable: boolean }> {
  const filled = change.slice();
  let before = Infinity;
  for (let round = 0; round < rounds; round++) {
    const svd = await truncatedSvd(matrixInMemory(rows, cols, filled), rank, { powerIterations: 2 });
    const residual = residualOf(change, rows, cols, svd);
    // First only what stands out most: a fit that outliers bend makes others look like some.
    const sizes = residual.map(Math.abs).sort();
    const cut = Math.max(entryNoise, (sizes[sizes.length - 1 - Math.floor(most / 2)] ?? 0) * 0.5 ** Math.min(round, 8));
    let outliers = 0;
    let above = 0;
    residual.forEach((value, x) => {
      const isOutlier = Math.abs(value) > cut;
      if (isOutlier) outliers++;
      if (Math.abs(value) > entryNoise) above++;
      filled[x] = isOutlier ? (change[x] as number) - value : (change[x] as number);
    });
    if (above <= most && above === before && outliers === above) return { above, isStable: true };
    before = above;
    if (round > FIRST_ROUNDS && above > MOST_SPOILED * change.length) break;
  }
  return { above: before, isStable: false };
}

/** What a fit leaves of a change. */
function residualOf(change: Float64Array, rows: number, cols: number, { rank, u, s, v }: TruncatedSvd): Float64Array {
  const residual = change.slice();
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      let fitted = 0;
      for (let k = 0; k < rank; k++) {
        fitted += (u[row * rank + k] as number) * (s[k] as number) * (v[col * rank + k] as number);
      }
      residual[row * cols + col] = (residual[row * cols + col] as number) - fitted;
    }
  }
  return residual;
}
