/**
 * Rounds of the leaf layer's sumcheck within a slot of lookups `1 / (α + e)`, where all numerators are 1 and stay 1.
 * With denominators scaled by λ, `x_i = λ q_i`, a summand is `λ^-3 [(x0 + x1 + x0 x1) x2 x3 + x0 x1 (x2 + x3)]`, so only
 * `x` is stored and λ costs nothing. (For λ = 0 the scale is 1 and the product of all four is left out.)
 * The sums are as in range-rounds, with the factor `λ^-3` left to the caller.
 */
import { boundInts, setBoundWeights } from "./bound-ints";
import * as fr from "./generated/fr";
import { extrapolate } from "./range-rounds";
import { foldPair, setChallenge } from "./sumcheck-fold";
import { closeBlock, innerSum, startSums, writeSums } from "./sumcheck-sums";

const STEP: usize = 256;
const LOW = memory.data(4 * 256, 64);
const HIGH = memory.data(4 * 256, 64);
/** x0 x1 and x2 x3 at 0, 1, their leading coefficients, and elsewhere. */
const AT0 = memory.data(2 * 256, 64);
const AT1 = memory.data(2 * 256, 64);
const LEAD = memory.data(2 * 256, 64);
const AT = memory.data(2 * 256, 64);
/** x0 + x1 and x2 + x3 at 0, 1 and elsewhere. */
const SUM0 = memory.data(2 * 256, 64);
const SUM1 = memory.data(2 * 256, 64);
const SUM = memory.data(2 * 256, 64);
const WEIGHT = memory.data(256, 64);
const SUMMAND = memory.data(256, 64);
const SLOPES = memory.data(2 * 256, 64);

function addSummand(k: i32, products: usize, sums: usize, withProduct: bool): void {
  if (withProduct) {
    fr.add(SUMMAND, sums, products);
    fr.carry(SUMMAND, SUMMAND);
    fr.mulAdd(SUMMAND, SUMMAND, products + STEP, products, sums + STEP);
  } else {
    fr.mulAdd(SUMMAND, sums, products + STEP, products, sums + STEP);
  }
  fr.accMul(innerSum(k), SUMMAND, WEIGHT);
}

function addNodePairs(withProduct: bool, withOne: bool): void {
  for (let h: usize = 0; h < 2; h++) {
    const x = LOW + 2 * h * STEP;
    const y = HIGH + 2 * h * STEP;
    fr.mul(AT0 + h * STEP, x, x + STEP);
    fr.mul(AT1 + h * STEP, y, y + STEP);
    fr.sub(SLOPES, y, x);
    fr.sub(SLOPES + STEP, y + STEP, x + STEP);
    fr.mul(LEAD + h * STEP, SLOPES, SLOPES + STEP);
    fr.add(SUM0 + h * STEP, x, x + STEP);
    fr.add(SUM1 + h * STEP, y, y + STEP);
  }
  addSummand(0, AT0, SUM0, withProduct);
  if (withProduct) {
    fr.mul(SUMMAND, LEAD, LEAD + STEP);
    fr.accMul(innerSum(3), SUMMAND, WEIGHT);
  }
  elsewhere(AT0, AT1, SUM0, SUM1);
  addSummand(1, AT, SUM, withProduct);
  elsewhere(AT1, AT0, SUM1, SUM0);
  addSummand(2, AT, SUM, withProduct);
  if (withOne) addSummand(4, AT1, SUM1, withProduct);
}

function elsewhere(products: usize, otherProducts: usize, sums: usize, otherSums: usize): void {
  for (let h: usize = 0; h < 2; h++) {
    extrapolate(AT + h * STEP, products + h * STEP, otherProducts + h * STEP, LEAD + h * STEP);
    const s = SUM + h * STEP;
    fr.dbl(s, sums + h * STEP);
    fr.sub(s, s, otherSums + h * STEP);
    fr.carry(s, s);
  }
}

/** As `rangeRound` for scaled denominators `x` alone. */
export function rangeLookupRound(
  x: usize,
  pairs: i32,
  challenge: usize,
  lo: usize,
  loCount: i32,
  hi: usize,
  withProduct: bool,
  withOne: bool,
  out: usize,
): void {
  const folds = challenge != 0;
  setChallenge(challenge);
  startSums(withOne ? 5 : 4);
  for (let first = 0; first < pairs; first += loCount) {
    for (let i = 0; i < loCount; i += 2) {
      const j: usize = first + i;
      const k: usize = i + 1 < loCount ? j + 1 : j;
      fr.load(WEIGHT, lo + 32 * <usize>i, lo + 32 * (k - first));
      for (let c: usize = 0; c < 4; c++) {
        const at = x + 32 * c;
        const low = LOW + c * STEP;
        const high = HIGH + c * STEP;
        if (folds) {
          foldPair(low, at + 512 * j, at + 512 * k, 128);
          foldPair(high, at + 512 * j + 256, at + 512 * k + 256, 128);
          fr.storeProduct(at + 256 * j, at + 256 * k, low);
          fr.storeProduct(at + 256 * j + 128, at + 256 * k + 128, high);
        } else {
          fr.load(low, at + 256 * j, at + 256 * k);
          fr.load(high, at + 256 * j + 128, at + 256 * k + 128);
        }
      }
      addNodePairs(withProduct, withOne);
    }
    closeBlock(hi);
    hi += 32;
  }
  writeSums(out);
}

/**
 * The second round, from the integers: `4·pairs` nodes of four. `weights`: λ(1 - c), λ c for the first challenge c;
 * `constant`: λ α.
 */
export function rangeLookupSecond(
  ints: usize,
  pairs: i32,
  weights: usize,
  constant: usize,
  lo: usize,
  loCount: i32,
  hi: usize,
  withProduct: bool,
  withOne: bool,
  out: usize,
): void {
  setBoundWeights(weights, 2, constant);
  startSums(withOne ? 5 : 4);
  for (let first = 0; first < pairs; first += loCount) {
    for (let i = 0; i < loCount; i += 2) {
      const j: usize = first + i;
      const k: usize = i + 1 < loCount ? j + 1 : j;
      fr.load(WEIGHT, lo + 32 * <usize>i, lo + 32 * (k - first));
      for (let c: usize = 0; c < 4; c++) {
        const a = ints + 64 * j + 4 * c;
        const b = ints + 64 * k + 4 * c;
        boundInts(LOW + c * STEP, a, b, 16, 2);
        boundInts(HIGH + c * STEP, a + 32, b + 32, 16, 2);
      }
      addNodePairs(withProduct, withOne);
    }
    closeBlock(hi);
    hi += 32;
  }
  writeSums(out);
}

/** Binds the two lowest node variables of the integers: `4·nodes` scaled denominators. `weights`: four. */
export function rangeLookupBind(x: usize, ints: usize, nodes: i32, weights: usize, constant: usize): void {
  setBoundWeights(weights, 4, constant);
  for (let j: usize = 0; j < <usize>nodes; j++) {
    for (let c: usize = 0; c < 4; c += 2) {
      const a = ints + 64 * j + 4 * c;
      boundInts(SUMMAND, a, a + 4, 16, 4);
      const to = x + 128 * j + 32 * c;
      fr.storeProduct(to, to + 32, SUMMAND);
    }
  }
}
