/**
 * The main sumcheck's beginning (PROTOCOL 7.4), on integers. Three variables are bound at once: a block is eight
 * consecutive entries.
 */
import { boundInts, setBoundWeights } from "./bound-ints";
import * as fr from "./generated/fr";
import { alloc, mark, release } from "./memory";
import { closeBlock, innerSum, startSums, writeSums } from "./sumcheck-sums";

const R = memory.data(256, 64);
const S = memory.data(256, 64);
const SUM = memory.data(384, 64);
const PAIR_STRIDE: usize = 256;
/** Integer terms a wide accumulator takes between reductions. */
const INT_TERMS = 256;

/**
 * `Σ_blocks e_a e_b` for `a <= b < 8` as 36 signed 64-bit integers, exact for |e| < 2^21 and up to 2^20 blocks.
 * Returns the union of the bits of all magnitudes (of `-1 - e` where e is negative).
 */
export function mainGram(out: usize, ints: usize, blocks: i32): i32 {
  memory.fill(out, 0, 36 * 8);
  let bits = 0;
  for (let j = 0; j < blocks; j++) {
    let at = out;
    for (let a: usize = 0; a < 8; a++) {
      const left = load<i32>(ints + 4 * a);
      bits |= left ^ (left >> 31);
      for (let b = a; b < 8; b++) {
        store<i64>(at, load<i64>(at) + <i64>left * <i64>load<i32>(ints + 4 * b));
        at += 8;
      }
    }
    ints += 32;
  }
  return bits;
}

/** Binds three variables: `out[j] = Σ_a weights[a]·ints[8 j + a]`, `count` packed elements. */
export function mainBind(out: usize, ints: usize, count: i32, weights: usize): void {
  setBoundWeights(weights, 8, 0);
  for (let j = 0; j < count; j += 2) {
    const k = j + 1 < count ? j + 1 : j;
    boundInts(R, ints + 32 * <usize>j, ints + 32 * <usize>k, 4, 8);
    fr.store(out + 32 * <usize>j, out + 32 * <usize>k, R);
  }
}

/** `out[x] = Σ_T weights[T]·ints[T·stride + 4 x]`: `count` packed elements, an even number; stride in bytes. */
export function mainLinear(out: usize, ints: usize, stride: usize, weights: usize, vectors: i32, count: i32): void {
  const m = mark();
  const pairs = alloc(PAIR_STRIDE * <usize>vectors);
  for (let v = 0; v < vectors; v++) {
    const w = pairs + PAIR_STRIDE * <usize>v;
    fr.splat(w, weights + 32 * <usize>v);
    fr.toRadix(w, w);
  }
  for (let x = 0; x < count; x += 2) {
    fr.setZero(S);
    for (let first = 0; first < vectors; first += INT_TERMS) {
      const end = min(vectors, first + INT_TERMS);
      fr.accClear(SUM);
      for (let v = first; v < end; v++) {
        const at = ints + stride * <usize>v + 4 * <usize>x;
        fr.accMulInt(SUM, pairs + PAIR_STRIDE * <usize>v, load<i32>(at), load<i32>(at + 4));
      }
      fr.accReduce(R, SUM);
      fr.add(S, S, R);
    }
    fr.store(out + 32 * <usize>x, out + 32 * <usize>x + 32, S);
  }
  release(m);
}

/** `Σ_x eq(x)·ints[x]`: one sum. `lo` must be multiplied by the radix. */
export function mainEvaluate(ints: usize, count: i32, lo: usize, loCount: i32, hi: usize, out: usize): void {
  startSums(1);
  for (let first = 0; first < count; first += loCount) {
    for (let i = 0; i < loCount; i += 2) {
      const at = ints + 4 * <usize>(first + i);
      fr.load(R, lo + 32 * <usize>i, lo + 32 * <usize>i + 32);
      fr.accMulInt(innerSum(0), R, load<i32>(at), load<i32>(at + 4));
    }
    closeBlock(hi);
    hi += 32;
  }
  writeSums(out);
}
