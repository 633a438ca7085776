import { MagnitudeCounts } from "./measure-magnitudes.js";
import { chooseShift, type ShiftInput } from "../drift/search-factors.js";
import { residualsOfRank } from "./measure-rank.js";
import { normOf } from "./measure-model.js";
import { short } from "./check-violations.js";
import { NOISE_FACTOR, SPARSE_SHARE } from "./suggest-limits.js";
import type { ClassifyInput } from "./suggest-piece.js";

/** A rank that explains a change up to noise. */
export interface FoundRank {
  readonly rank: number;
  readonly shift: number;
  readonly nonzeros: bigint;
  /** In squared units of `2^-(f + shift)`. */
  readonly sumSquares: bigint;
}

/**
 * If the most factors and the largest mask leave that many times the noise, no smaller ones leave noise alone. More than
 * `NOISE_FACTOR`, as surplus factors take single weights for a part of theirs.
 */
const HOPELESS = 8;
/** A residual of that many standard deviations of the noise is no noise. */
const OUTLIER_DEVIATIONS = 6;

/**
 * The smallest rank whose residual is noise, without single weights if that is possible, else with as few as stand
 * out from the noise. `why` says in words why there is none.
 */
export function findRank(input: ClassifyInput): { readonly found?: FoundRank; readonly why?: string } {
  const { piece, maxRank } = input;
  const { deltas, weights } = piece;
  if (deltas === undefined || maxRank === 0) return {};
  const few = BigInt(Math.floor(SPARSE_SHARE * weights));
  const best = fit(input, deltas, maxRank, few);
  const left = normOf(best.sumSquares, piece.range.fractionBits + best.shift);
  const why = `rank ${maxRank} with ${few} single weights leaves ${short(left)}`;
  if (left > HOPELESS * normOf(1n, piece.range.fractionBits) * Math.sqrt(input.noise)) return { why };
  for (const isSparse of [false, true]) {
    for (let rank = 1; rank <= maxRank; rank++) {
      const found = isSparse ? fitSparse(input, deltas, rank, few) : fit(input, deltas, rank, 0n);
      if (found?.isNoise === true) return { found };
    }
  }
  return { why };
}

interface Fit extends FoundRank {
  readonly isNoise: boolean;
  /** Entries of the residual that stand out from the noise. */
  readonly outliers: bigint;
}

function fit(input: ClassifyInput, deltas: ShiftInput["deltas"], rank: number, nonzeros: bigint): Fit {
  const { tier, noise, piece } = input;
  const { gridCols: colPanels, tileCount } = piece.range;
  const grid = { tier, rowPanels: tileCount / colPanels, colPanels, deltas, rank, maxNonzeros: nonzeros };
  const chosen = chooseShift({ ...grid, noise });
  const fitted = fitAt(input, grid, chosen);
  // The widest residual is only estimated when the shift is chosen.
  return fitted.isNoise || chosen === 0 ? fitted : fitAt(input, grid, chosen - 1);
}

function fitAt(input: ClassifyInput, grid: Omit<ShiftInput, "noise">, shift: number): Fit {
  const { tier, noise, piece } = input;
  const { rank, maxNonzeros: nonzeros } = grid;
  const counts = new MagnitudeCounts(tier.tileSize / 2);
  for (const residual of residualsOfRank({ ...grid, shift })) counts.add(residual);
  const { sumSquares } = counts.masked(nonzeros);
  const deviation = Math.sqrt(noise / piece.weights) * 2 ** shift;
  return {
    rank,
    shift,
    nonzeros,
    sumSquares,
    isNoise: Number(sumSquares) <= NOISE_FACTOR ** 2 * noise * 4 ** shift && BigInt(counts.outside) <= nonzeros,
    outliers: BigInt(counts.above(OUTLIER_DEVIATIONS * deviation)),
  };
}

/**
 * With as few single weights as leave noise alone, about; then with those that stand out from it. Too large a mask would
 * hide also what bends the factors, and stand out for that reason.
 */
function fitSparse(input: ClassifyInput, deltas: ShiftInput["deltas"], rank: number, few: bigint): Fit | undefined {
  let found = fit(input, deltas, rank, few);
  if (!found.isNoise) return undefined;
  let tooFew = 0n;
  while (found.nonzeros - tooFew > found.nonzeros / 8n + 1n) {
    const middle = fit(input, deltas, rank, (found.nonzeros + tooFew) / 2n);
    if (middle.isNoise) found = middle;
    else tooFew = middle.nonzeros;
  }
  for (let round = 0; round < MOST_ROUNDS && found.outliers !== found.nonzeros; round++) {
    const next = fit(input, deltas, rank, found.outliers);
    if (!next.isNoise) break;
    found = next;
  }
  return found;
}

const MOST_ROUNDS = 4;
