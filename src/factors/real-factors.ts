import type { BlockMatrix } from "../linalg/block-matrix.js";
import { orthonormalize, type Columns } from "../linalg/columns.js";
import { largestResiduals, type FactorPair, type MaskedResidual } from "./largest-residuals.js";
import { leadingPart, singularPart, type SingularPart } from "./leading-part.js";
import { NO_ENTRIES } from "../difference/masked-entries.js";
import { bestLeft, bestRight } from "./masked-least-squares.js";

/** A part of low rank of a matrix, in real numbers, and what it leaves outside of a few entries. */
export interface RealFactors extends MaskedResidual {
  readonly matrix: BlockMatrix;
  readonly part: SingularPart;
}

/** Power iterations of a fit from nothing, and of one that goes on from another. */
const POWER_ITERATIONS = 3;
const POWER_ITERATIONS_ON = 1;
/** Rounds of fitting and masking; most settle in a few. */
const MOST_ROUNDS = 40;
/** A round that makes the rest smaller by less than this part of it is the last: masks change at the edge of noise without end. */
const LEAST_GAIN = 1e-4;

/**
 * The part of rank at most `rank` that leaves the least of a matrix, apart from `maxNonzeros` entries: those that it fits
 * worst. Without such entries it is the leading singular part. With them, fitting and masking take turns, from two
 * beginnings, as outliers may be larger than the part or much smaller: ranks that grow from 0 (Netrapalli et al.,
 * arXiv 1410.7660), where the first mask is of the largest entries, and the leading part with them inside. The better of
 * both is taken, which need not be the best there is. Deterministic.
 */
export function fitRealFactors(matrix: BlockMatrix, rank: number, maxNonzeros: bigint): RealFactors {
  const budget = Number(maxNonzeros);
  const whole = leadingPart(matrix, NO_ENTRIES, undefined, rank, POWER_ITERATIONS);
  if (budget === 0) return { matrix, part: whole, ...largestResiduals(matrix, pairOf(whole), 0) };
  const fromWhole = settle(matrix, whole, budget);
  let grown: SingularPart | undefined;
  for (const step of growingRanks(rank)) {
    const fit = grown === undefined ? noPair(matrix) : pairOf(grown);
    const { mask } = largestResiduals(matrix, fit, budget);
    grown = leadingPart(matrix, mask, fit, step, grown === undefined ? POWER_ITERATIONS : POWER_ITERATIONS_ON);
  }
  const fromNothing = settle(matrix, grown ?? whole, budget);
  return fromNothing.sumSquares < fromWhole.sumSquares ? fromNothing : fromWhole;
}

/** Masks what is fitted worst and fits the rest, until that gains nothing. */
function settle(matrix: BlockMatrix, start: SingularPart, budget: number): RealFactors {
  let pair = pairOf(start);
  let rest = largestResiduals(matrix, pair, budget);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { mask, sumSquares } = rest;
    const left = bestLeft(matrix, mask, pair.right);
    orthonormalize(left);
    const right = bestRight(matrix, mask, left);
    orthonormalize(right);
    pair = { left: bestLeft(matrix, mask, right), right };
    rest = largestResiduals(matrix, pair, budget);
    // Written so that a rest of nothing ends it as well.
    if (!(rest.sumSquares < sumSquares * (1 - LEAST_GAIN))) break;
  }
  return { matrix, part: singularPart(pair), ...rest };
}

/** 1, 2, 4, … and the rank itself. */
function growingRanks(rank: number): number[] {
  const ranks: number[] = [];
  for (let step = 1; step < rank; step *= 2) ranks.push(step);
  return [...ranks, rank];
}

function pairOf({ u, s, v }: SingularPart): FactorPair {
  const values = u.values.map((value, i) => value * (s[i % u.width] as number));
  return { left: { ...u, values }, right: v };
}

function noPair({ rows, cols }: BlockMatrix): FactorPair {
  const none = (length: number): Columns => ({ length, width: 0, values: new Float64Array() });
  return { left: none(rows), right: none(cols) };
}
