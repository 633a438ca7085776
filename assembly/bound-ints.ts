/**
 * Small integers with their lowest variables bound: `constant + Σ_i weights[i]·ints[i·stride]`, exact integers times
 * field elements with one reduction at the end.
 */
import * as fr from "./generated/fr";

export const MAX_BOUND: usize = 24;
const PAIR_STRIDE: usize = 256;
const WEIGHTS = memory.data(24 * 256, 64);
const SUM = memory.data(384, 64);
/** The constant as an unreduced product: sums start with it. */
const START = memory.data(384, 64);
const FACTOR = memory.data(256, 64);
const ONE = memory.data(256, 64);

/** Sets the weights (packed) and the constant (packed, or 0 for none) of the next calls of `boundInts`. */
export function setBoundWeights(weights: usize, count: i32, constant: usize): void {
  if (<usize>count > MAX_BOUND) unreachable();
  for (let i = 0; i < count; i++) {
    const w = WEIGHTS + PAIR_STRIDE * <usize>i;
    fr.splat(w, weights + 32 * <usize>i);
    fr.toRadix(w, w);
  }
  fr.accClear(START);
  if (constant == 0) return;
  fr.splat(FACTOR, constant);
  fr.setOne(ONE);
  fr.accMul(START, FACTOR, ONE);
}

/** `r = constant + Σ_(i < count) weights[i]·ints[stride·i]`, lane 0 from `a`, lane 1 from `b`; `stride` in bytes. */
export function boundInts(r: usize, a: usize, b: usize, stride: usize, count: i32): void {
  fr.accCopy(SUM, START);
  addBoundInts(a, b, stride, 0, count);
  fr.accReduce(r, SUM);
}

/** As `boundInts` without constant, for integers `Σ_l 2^(30 l)·limb_l`; the weights are limb by limb. */
export function boundLimbs(r: usize, a: usize, b: usize, stride: usize, count: i32): void {
  fr.accClear(SUM);
  for (let l = 0; l < 3; l++) addBoundInts(a + 4 * l, b + 4 * l, stride, count * l, count);
  fr.accReduce(r, SUM);
}

function addBoundInts(a: usize, b: usize, stride: usize, from: i32, count: i32): void {
  for (let i = 0; i < count; i++) {
    const at = stride * <usize>i;
    fr.accMulInt(SUM, WEIGHTS + PAIR_STRIDE * <usize>(from + i), load<i32>(a + at), load<i32>(b + at));
  }
}
