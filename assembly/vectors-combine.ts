/**
 * Weighted sums of rows, element by element. Terms are added unreduced to one wide accumulator per pair of elements; a
 * block of those stays in the first-level cache while the rows pass by.
 */
import * as fr from "./generated/fr";

/** Pairs of elements whose accumulators are open at a time. */
const BLOCK_PAIRS: i32 = 32;
const WIDE_STRIDE: usize = 384;
const SUMS = memory.data(32 * 384, 64);

const WEIGHT = memory.data(256, 64);
const VALUE = memory.data(256, 64);

/**
 * `out[x] += Σ_r weights[r]·rows[r][x]` for `count` packed elements, at most 64 rows. Row `r` begins at
 * `rows + r·stride`.
 */
export function frAddCombined(out: usize, rows: usize, stride: usize, weights: usize, rowCount: i32, count: i32): void {
  for (let from = 0; from < count; from += 2 * BLOCK_PAIRS) {
    const end = min<i32>(count, from + 2 * BLOCK_PAIRS);
    clearSums(end - from);
    for (let r = 0; r < rowCount; r++) {
      fr.splat(WEIGHT, weights + 32 * <usize>r);
      const row = rows + stride * <usize>r;
      let sum = SUMS;
      for (let x = from; x < end; x += 2) {
        const a = row + 32 * <usize>x;
        fr.load(VALUE, a, x + 1 < end ? a + 32 : a);
        fr.accMul(sum, VALUE, WEIGHT);
        sum += WIDE_STRIDE;
      }
    }
    addSums(out, from, end);
  }
}

/**
 * The same for rows of signed 32-bit integers, at most 256 of them; a row's block of zeros costs next to nothing.
 * `weights` times the radix (`frToRadixVector`).
 */
export function frAddCombinedInts(
  out: usize,
  rows: usize,
  stride: usize,
  weights: usize,
  rowCount: i32,
  count: i32,
): void {
  for (let from = 0; from < count; from += 2 * BLOCK_PAIRS) {
    const end = min<i32>(count, from + 2 * BLOCK_PAIRS);
    clearSums(end - from);
    for (let r = 0; r < rowCount; r++) {
      const row = rows + stride * <usize>r;
      if (areZeros(row + 4 * <usize>from, end - from)) continue;
      fr.splat(WEIGHT, weights + 32 * <usize>r);
      let sum = SUMS;
      for (let x = from; x < end; x += 2) {
        const a = row + 4 * <usize>x;
        fr.accMulInt(sum, WEIGHT, load<i32>(a), load<i32>(x + 1 < end ? a + 4 : a));
        sum += WIDE_STRIDE;
      }
    }
    addSums(out, from, end);
  }
}

/** Whether `count` integers are all zero. */
export function areZeros(ints: usize, count: i32): bool {
  let any = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) any = v128.or(any, v128.load(ints + 4 * <usize>i));
  let rest = 0;
  for (; i < count; i++) rest |= load<i32>(ints + 4 * <usize>i);
  return !v128.any_true(any) && rest == 0;
}

function clearSums(elements: i32): void {
  for (let k = 0; 2 * k < elements; k++) fr.accClear(SUMS + WIDE_STRIDE * <usize>k);
}

function addSums(out: usize, from: i32, end: i32): void {
  let sum = SUMS;
  for (let x = from; x < end; x += 2) {
    const a = out + 32 * <usize>x;
    const b = x + 1 < end ? a + 32 : a;
    fr.accReduce(VALUE, sum);
    fr.load(WEIGHT, a, b);
    fr.add(VALUE, VALUE, WEIGHT);
    fr.store(a, b, VALUE);
    sum += WIDE_STRIDE;
  }
}
