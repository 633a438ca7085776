/** Rounds of the main sumcheck on packed vectors (PROTOCOL 7.4). A single pair goes through both lanes. */
import * as fr from "./generated/fr";
import { foldPair, setChallenge } from "./sumcheck-fold";
import { BLOCK_TERMS, closeBlock, innerSum, startSums, writeSums } from "./sumcheck-sums";

const LOW = memory.data(256, 64);
const HIGH = memory.data(256, 64);
const SLOPE = memory.data(256, 64);
const WEIGHT = memory.data(256, 64);

/**
 * Loads pairs `i` and `j` of a vector into `low`, `high`: elements `2i, 2i+1` and `2j, 2j+1`. If `folds`, the vector has
 * twice as many elements, and its lowest variable is bound first, in place.
 */
export function takePairs(low: usize, high: usize, v: usize, i: usize, j: usize, folds: bool): void {
  if (folds) {
    foldPair(low, v + 128 * i, v + 128 * j, 32);
    foldPair(high, v + 128 * i + 64, v + 128 * j + 64, 32);
    fr.storeProduct(v + 64 * i, v + 64 * j, low);
    fr.storeProduct(v + 64 * i + 32, v + 64 * j + 32, high);
  } else {
    fr.load(low, v + 64 * i, v + 64 * j);
    fr.load(high, v + 64 * i + 32, v + 64 * j + 32);
  }
}

/** Two sums: `Σ_j w_j v[2j]` and `Σ_j w_j (v[2j+1] - v[2j])`. */
export function mainLinearRound(
  v: usize,
  pairs: i32,
  challenge: usize,
  lo: usize,
  loCount: i32,
  hi: usize,
  out: usize,
): void {
  setChallenge(challenge);
  startSums(2);
  for (let first = 0; first < pairs; first += loCount) {
    for (let i = 0; i < loCount; i += 2) {
      const next = i + 1 < loCount ? i + 1 : i;
      fr.load(WEIGHT, lo + 32 * <usize>i, lo + 32 * <usize>next);
      takePairs(LOW, HIGH, v, first + i, first + next, challenge != 0);
      fr.sub(SLOPE, HIGH, LOW);
      fr.accMul(innerSum(0), LOW, WEIGHT);
      fr.accMul(innerSum(1), SLOPE, WEIGHT);
    }
    closeBlock(hi);
    hi += 32;
  }
  writeSums(out);
}

/** Two sums: `Σ_j v[2j] s_j` and `Σ_j s_j²` with `s_j = v[2j+1] - v[2j]`. */
export function mainSquaresRound(v: usize, pairs: i32, challenge: usize, out: usize): void {
  setChallenge(challenge);
  startSums(2, 0);
  for (let first = 0; first < pairs; first += 2 * BLOCK_TERMS) {
    const end = min(pairs, first + 2 * BLOCK_TERMS);
    for (let j = first; j < end; j += 2) {
      takePairs(LOW, HIGH, v, j, j + 1 < end ? j + 1 : j, challenge != 0);
      fr.sub(SLOPE, HIGH, LOW);
      fr.accMul(innerSum(0), LOW, SLOPE);
      fr.accMul(innerSum(1), SLOPE, SLOPE);
    }
    closeBlock(0);
  }
  writeSums(out);
}
