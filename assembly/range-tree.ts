/**
 * The fraction tree of PROTOCOL 7.2, a slot at a time: child `c` of node `j` is element `4j + c` of packed vectors
 * `p` and `q`. A node is `(a d + c b) / (b d)` with `a/b = p0/q0 + p1/q1` and `c/d = p2/q2 + p3/q3`.
 */
import * as fr from "./generated/fr";
import { symmetric } from "./symmetric";

const P = memory.data(4 * 256, 64);
const Q = memory.data(4 * 256, 64);
const A = memory.data(256, 64);
const B = memory.data(256, 64);
const C = memory.data(256, 64);
const D = memory.data(256, 64);
const STEP: usize = 256;

/** Weights of the symmetric limbs in a denominator, and (from u1's) in its derivative by alpha. */
const Q_WEIGHTS = memory.data(9 * 256, 64);
const P_WEIGHTS = memory.data(6 * 256, 64);
/** The parts without integers, unreduced. */
const Q_START = memory.data(384, 64);
const P_START = memory.data(384, 64);
const SUM = memory.data(384, 64);
const LIMBS = memory.data(2 * 36, 16);

/** `weights[k] = value·2^(28 k)` for `count` limbs, times the radix. */
function limbWeights(weights: usize, value: usize, count: i32): void {
  fr.fromInts(C, 1 << 28, 1 << 28);
  fr.copy(D, value);
  for (let k = 0; k < count; k++) {
    fr.toRadix(weights + STEP * <usize>k, D);
    fr.mul(D, D, C);
  }
}

/** `α⁴ + α³ u1 + α² u2 + α u3 + u4` and `4 α³ + 3 α² u1 + 2 α u2 + u3`. */
function setLookupWeights(alpha: usize): void {
  const powers = P;
  fr.setOne(powers);
  for (let k: usize = 1; k < 4; k++) {
    fr.splat(A, alpha);
    fr.mul(powers + k * STEP, powers + (k - 1) * STEP, A);
  }
  limbWeights(Q_WEIGHTS, powers + 3 * STEP, 1);
  limbWeights(Q_WEIGHTS + STEP, powers + 2 * STEP, 2);
  limbWeights(Q_WEIGHTS + 3 * STEP, powers + STEP, 3);
  limbWeights(Q_WEIGHTS + 6 * STEP, powers, 3);
  fr.fromInts(A, 3, 3);
  fr.mul(B, A, powers + 2 * STEP);
  limbWeights(P_WEIGHTS, B, 1);
  fr.dbl(B, powers + STEP);
  limbWeights(P_WEIGHTS + STEP, B, 2);
  limbWeights(P_WEIGHTS + 3 * STEP, powers, 3);
  fr.accClear(Q_START);
  fr.accMul(Q_START, powers + 3 * STEP, powers + STEP);
  fr.fromInts(A, 4, 4);
  fr.accClear(P_START);
  fr.accMul(P_START, powers + 3 * STEP, A);
}

function weighLimbs(r: usize, begin: usize, weights: usize, count: usize): void {
  fr.accCopy(SUM, begin);
  for (let l: usize = 0; l < count; l++) {
    fr.accMulInt(SUM, weights + STEP * l, load<i32>(LIMBS + 4 * l), load<i32>(LIMBS + 36 + 4 * l));
  }
  fr.accReduce(r, SUM);
}

function symmetricOf(lane: usize, ints: usize): void {
  symmetric(LIMBS + 36 * lane, load<i32>(ints), load<i32>(ints + 4), load<i32>(ints + 8), load<i32>(ints + 12));
}

/**
 * Level 1 of a slot of lookups: `nodes` sums of four leaves `1 / (alpha + e)`, which is a polynomial in alpha with integer
 * coefficients. Returns the union of the bits of all magnitudes (of `-1 - e` where e is negative).
 */
export function rangeSumLookups(outP: usize, outQ: usize, ints: usize, nodes: i32, alpha: usize): i32 {
  setLookupWeights(alpha);
  for (let j: usize = 0; j < <usize>nodes; j += 2) {
    const k: usize = j + 1 < <usize>nodes ? j + 1 : j;
    symmetricOf(0, ints + 16 * j);
    symmetricOf(1, ints + 16 * k);
    weighLimbs(A, P_START, P_WEIGHTS, 6);
    weighLimbs(B, Q_START, Q_WEIGHTS, 9);
    fr.storeProduct(outP + 32 * j, outP + 32 * k, A);
    fr.storeProduct(outQ + 32 * j, outQ + 32 * k, B);
  }
  let bits = 0;
  for (let i = 0; i < nodes << 2; i++) {
    const e = load<i32>(ints + 4 * <usize>i);
    bits |= e ^ (e >> 31);
  }
  return bits;
}

/** The level above `p`, `q`; `out` may be the inputs. */
export function rangeSumNodes(outP: usize, outQ: usize, p: usize, q: usize, nodes: i32): void {
  for (let j = 0; j < nodes; j += 2) {
    const k = j + 1 < nodes ? j + 1 : j;
    const jAt = 128 * <usize>j;
    const kAt = 128 * <usize>k;
    for (let c: usize = 0; c < 4; c++) {
      fr.load(P + c * STEP, p + jAt + 32 * c, p + kAt + 32 * c);
      fr.load(Q + c * STEP, q + jAt + 32 * c, q + kAt + 32 * c);
    }
    fr.mulAdd(A, P, Q + STEP, P + STEP, Q);
    fr.mul(B, Q, Q + STEP);
    fr.mulAdd(C, P + 2 * STEP, Q + 3 * STEP, P + 3 * STEP, Q + 2 * STEP);
    fr.mul(D, Q + 2 * STEP, Q + 3 * STEP);
    fr.mulAdd(A, A, D, C, B);
    fr.mul(B, B, D);
    fr.storeProduct(outP + 32 * <usize>j, outP + 32 * <usize>k, A);
    fr.storeProduct(outQ + 32 * <usize>j, outQ + 32 * <usize>k, B);
  }
}

/** Leaves of the table: `-m / (alpha + x - count/2)`; `low`, `high`: `m = low + 2^30 high`. */
export function rangeTableLeaves(outP: usize, outQ: usize, low: usize, high: usize, count: i32, alpha: usize): void {
  const one = P;
  const limb = P + STEP;
  fr.setOne(C);
  fr.neg(C, C);
  fr.toRadix(one, C);
  fr.fromInts(A, 1 << 30, 1 << 30);
  fr.mul(limb, one, A);
  const half = count >> 1;
  fr.splat(A, alpha);
  fr.fromInts(B, -half, 1 - half);
  fr.add(B, A, B);
  fr.fromInts(D, 2, 2);
  for (let i: usize = 0; i < <usize>count; i += 2) {
    fr.accClear(SUM);
    fr.accMulInt(SUM, one, load<i32>(low + 4 * i), load<i32>(low + 4 * i + 4));
    fr.accMulInt(SUM, limb, load<i32>(high + 4 * i), load<i32>(high + 4 * i + 4));
    fr.accReduce(A, SUM);
    fr.storeProduct(outP + 32 * i, outP + 32 * i + 32, A);
    fr.carry(B, B);
    fr.storeProduct(outQ + 32 * i, outQ + 32 * i + 32, B);
    fr.add(B, B, D);
  }
}

/** `p3 += lambda·q3` in every node. */
export function rangeFoldLambda(p: usize, q: usize, nodes: i32, lambda: usize): void {
  fr.splat(C, lambda);
  for (let j = 0; j < nodes; j += 2) {
    const a = 128 * <usize>j + 96;
    const b = j + 1 < nodes ? a + 128 : a;
    fr.load(A, p + a, p + b);
    fr.load(B, q + a, q + b);
    fr.mul(B, B, C);
    fr.add(A, A, B);
    fr.store(p + a, p + b, A);
  }
}
