import { short } from "./check-violations.js";
import { chooseShift } from "../factors/choose-shift.js";
import { roundFactors } from "../factors/round-factors.js";
import { matrixOf, type GridChange } from "../factors/search-factors.js";
import type { BlockMatrix } from "../linalg/block-matrix.js";
import { MagnitudeCounts } from "./measure-magnitudes.js";
import { normOf } from "./measure-model.js";
import { residualsOf } from "./measure-rank.js";
import { fitRealFactors, type RealFactors } from "../factors/real-factors.js";
import { NOISE_FACTOR, SPARSE_SHARE } from "../policy/suggest-limits.js";
import type { ClassifyInput } from "./suggest-piece.js";
import { leftOfSample } from "./suggest-sample.js";

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
/** Residuals above this many standard deviations are too large to be rounding noise. */
const OUTLIER_DEVIATIONS = 6;

/**
 * The smallest rank whose residual is noise, without single weights if that is possible, else with as few as stand
 * out from the noise. `why` says in words why there is none.
 */
export function findRank(input: ClassifyInput): { readonly found?: FoundRank; readonly why?: string } {
  const { piece, tier, maxRank, noise } = input;
  const { deltas, weights } = piece;
  if (deltas === undefined || maxRank === 0) return {};
  const { gridCols: colPanels, tileCount, fractionBits } = piece.range;
  const search = new RankSearch(input, { tier, rowPanels: tileCount / colPanels, colPanels, deltas });
  const few = BigInt(Math.floor(SPARSE_SHARE * weights));
  const unit = 2 ** -fractionBits;
  const why = (left: number): string => `rank ${maxRank} with ${few} single weights leaves ${short(left * unit)}`;
  const most = HOPELESS * Math.sqrt(noise);
  const ofSample = search.leftOfSample(maxRank, few);
  if (ofSample !== undefined && ofSample > most) return { why: `${why(ofSample)}, as far as a sample shows` };
  const leftOf = (fit: Fit): number => normOf(fit.sumSquares, fit.shift);
  const plain = search.fit(maxRank, 0n);
  const found = leftOf(plain) <= most ? smallestPlain(search, plain) : undefined;
  if (found !== undefined) return { found };
  const best = search.fit(maxRank, few);
  for (let rank = 1; rank <= maxRank && leftOf(best) <= most; rank++) {
    const mixed = search.fitSparse(rank, few);
    if (mixed !== undefined) return { found: mixed };
  }
  return { why: why(leftOf(best)) };
}

/** The smallest rank that leaves noise alone without single weights. `most`: the fit of the largest. */
function smallestPlain(search: RankSearch, most: Fit): Fit | undefined {
  if (!most.isNoise) {
    // Rounding more factors than there are to find may have cost too much.
    for (let rank = 1; rank < most.rank; rank++) {
      const fit = search.fit(rank, 0n);
      if (fit.isNoise) return fit;
    }
    return undefined;
  }
  let [found, tooLow] = [most, 0];
  while (found.rank - tooLow > 1) {
    const fit = search.fit((found.rank + tooLow) >> 1, 0n);
    if (fit.isNoise) found = fit;
    else tooLow = fit.rank;
  }
  return found;
}

interface Fit extends FoundRank {
  readonly isNoise: boolean;
  /** Entries of the residual that stand out from the noise. */
  readonly outliers: bigint;
}

/** Fits parts of different ranks to the change of one tensor. */
class RankSearch {
  readonly #input: ClassifyInput;
  readonly #grid: GridChange;
  readonly #change: BlockMatrix;

  constructor(input: ClassifyInput, grid: GridChange) {
    this.#input = input;
    this.#grid = grid;
    this.#change = matrixOf(grid);
  }

  /** What a part of that rank leaves, in units of `2^-f`, estimated by a sample; undefined for small tensors. */
  leftOfSample(rank: number, nonzeros: bigint): number | undefined {
    return leftOfSample(this.#change, rank, nonzeros);
  }

  /** The part of that rank, at the shift at which rounding its factors costs least. */
  fit(rank: number, nonzeros: bigint): Fit {
    const { tier, noise } = this.#input;
    const real = fitRealFactors(this.#change, rank, nonzeros);
    let shift = chooseShift(tier, real, noise);
    for (;;) {
      const { fit, excessBits } = this.#round(real, rank, nonzeros, shift);
      if (excessBits === 0 || shift === 0) return fit;
      shift = Math.max(0, shift - excessBits);
    }
  }

  /** `excessBits`: how much smaller the shift must be for the residual to lie in the entry range, where that helps. */
  #round(real: RealFactors, rank: number, nonzeros: bigint, shift: number): { fit: Fit; excessBits: number } {
    const { tier, noise, piece } = this.#input;
    const half = tier.tileSize / 2;
    const counts = new MagnitudeCounts(half);
    const factors = roundFactors(this.#grid, real, shift);
    for (const residual of residualsOf(this.#grid, factors, rank, shift)) counts.add(residual);
    const { sumSquares, largestLeft } = counts.masked(nonzeros);
    const deviation = Math.sqrt(noise / piece.weights) * 2 ** shift;
    const isInside = BigInt(counts.outside) <= nonzeros;
    const isSmall = Number(sumSquares) <= NOISE_FACTOR ** 2 * noise * 4 ** shift;
    return {
      fit: {
        rank,
        shift,
        nonzeros,
        sumSquares,
        isNoise: isSmall && isInside,
        outliers: BigInt(counts.above(OUTLIER_DEVIATIONS * deviation)),
      },
      excessBits: isSmall && !isInside ? Math.max(1, Math.ceil(Math.log2((largestLeft + 1) / half))) : 0,
    };
  }

  /**
   * With as few single weights as leave noise alone, about; then with those that stand out from it. Too large a mask would
   * hide also what bends the factors, and stand out for that reason.
   */
  fitSparse(rank: number, few: bigint): Fit | undefined {
    let found = this.fit(rank, few);
    if (!found.isNoise) return undefined;
    let tooFew = 0n;
    while (found.nonzeros - tooFew > found.nonzeros / 8n + 1n) {
      const middle = this.fit(rank, (found.nonzeros + tooFew) / 2n);
      if (middle.isNoise) found = middle;
      else tooFew = middle.nonzeros;
    }
    for (let round = 0; round < MOST_ROUNDS && found.outliers !== found.nonzeros; round++) {
      const next = this.fit(rank, found.outliers);
      if (!next.isNoise) break;
      found = next;
    }
    return found;
  }
}

const MOST_ROUNDS = 4;
