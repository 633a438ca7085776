/**
 * Rounds of a range layer's sumcheck within one slot (PROTOCOL 7.2):
 * `Σ_j w_j (a d + b c)(X)` with `a = p0 q1 + p1 q0`, `b = q0 q1`, `c = p2 q3 + p3' q2`, `d = q2 q3`, where `p3'` has λ
 * folded in. The sums are its values at 0, -1, 2, its leading coefficient, and at 1 if asked for. Both lanes work on
 * a node pair each; a single pair goes through both lanes, and lane 1 of the sums is to be ignored then.
 */
import * as fr from "./generated/fr";
import { foldPair, setChallenge } from "./sumcheck-fold";
import { closeBlock, innerSum, startSums, writeSums } from "./sumcheck-sums";

const STEP: usize = 256;
/** Eight elements of a node: p0..p3, q0..q3. */
const LOW = memory.data(8 * 256, 64);
const HIGH = memory.data(8 * 256, 64);
const SLOPE = memory.data(8 * 256, 64);
/** a, b, c, d as values at 0, 1 and their leading coefficients. */
const AT0 = memory.data(4 * 256, 64);
const AT1 = memory.data(4 * 256, 64);
const LEAD = memory.data(4 * 256, 64);
const AT = memory.data(4 * 256, 64);
const WEIGHT = memory.data(256, 64);
const SUMMAND = memory.data(256, 64);

/** Loads node pairs `i` and `j` of one vector; folds them first, in place, if a challenge is set. */
function takePairs(low: usize, high: usize, v: usize, i: usize, j: usize, folds: bool): void {
  for (let c: usize = 0; c < 4; c++) {
    const at = v + 32 * c;
    const lowI = at + 256 * i;
    const lowJ = at + 256 * j;
    if (folds) {
      foldPair(low + c * STEP, at + 512 * i, at + 512 * j, 128);
      foldPair(high + c * STEP, at + 512 * i + 256, at + 512 * j + 256, 128);
      fr.storeProduct(lowI, lowJ, low + c * STEP);
      fr.storeProduct(lowI + 128, lowJ + 128, high + c * STEP);
    } else {
      fr.load(low + c * STEP, lowI, lowJ);
      fr.load(high + c * STEP, lowI + 128, lowJ + 128);
    }
  }
}

function quadratics(r: usize, v: usize): void {
  const q = v + 4 * STEP;
  fr.mulAdd(r, v, q + STEP, v + STEP, q);
  fr.mul(r + STEP, q, q + STEP);
  fr.mulAdd(r + 2 * STEP, v + 2 * STEP, q + 3 * STEP, v + 3 * STEP, q + 2 * STEP);
  fr.mul(r + 3 * STEP, q + 2 * STEP, q + 3 * STEP);
}

/** `r = 2 (x + z) - y`: of a quadratic with leading coefficient z, its value at -1 or 2. */
export function extrapolate(r: usize, x: usize, y: usize, z: usize): void {
  fr.add(r, x, z);
  fr.dbl(r, r);
  fr.sub(r, r, y);
  fr.carry(r, r);
}

function addSummand(k: i32, v: usize): void {
  fr.mulAdd(SUMMAND, v, v + 3 * STEP, v + STEP, v + 2 * STEP);
  fr.accMul(innerSum(k), SUMMAND, WEIGHT);
}

function addNodePairs(withOne: bool): void {
  quadratics(AT0, LOW);
  quadratics(AT1, HIGH);
  for (let c: usize = 0; c < 8; c++) fr.sub(SLOPE + c * STEP, HIGH + c * STEP, LOW + c * STEP);
  quadratics(LEAD, SLOPE);
  addSummand(0, AT0);
  addSummand(3, LEAD);
  for (let c: usize = 0; c < 4; c++) extrapolate(AT + c * STEP, AT0 + c * STEP, AT1 + c * STEP, LEAD + c * STEP);
  addSummand(1, AT);
  for (let c: usize = 0; c < 4; c++) extrapolate(AT + c * STEP, AT1 + c * STEP, AT0 + c * STEP, LEAD + c * STEP);
  addSummand(2, AT);
  if (withOne) addSummand(4, AT1);
}

/**
 * `p`, `q`: `2·pairs` nodes, or `4·pairs` if `challenge` is not 0: then their lowest variable is bound first, in place.
 * `lo`: `min(pairs, 128)` weights, `hi`: the others. `out`: five (or four) sums of 64 bytes.
 */
export function rangeRound(
  p: usize,
  q: usize,
  pairs: i32,
  challenge: usize,
  lo: usize,
  loCount: i32,
  hi: usize,
  withOne: bool,
  out: usize,
): void {
  const folds = challenge != 0;
  setChallenge(challenge);
  startSums(withOne ? 5 : 4);
  for (let first = 0; first < pairs; first += loCount) {
    for (let i = 0; i < loCount; i += 2) {
      const next = i + 1 < loCount ? i + 1 : i;
      fr.load(WEIGHT, lo + 32 * <usize>i, lo + 32 * <usize>next);
      takePairs(LOW, HIGH, p, first + i, first + next, folds);
      takePairs(LOW + 4 * STEP, HIGH + 4 * STEP, q, first + i, first + next, folds);
      addNodePairs(withOne);
    }
    closeBlock(hi);
    hi += 32;
  }
  writeSums(out);
}
