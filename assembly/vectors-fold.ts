/**
 * Inner products of rows with one vector of weights. Weights are unpacked a block at a time and used for all rows; a
 * row's products of a block go unreduced into one accumulator, lane by lane.
 */
import * as fr from "./generated/fr";
import { areZeros } from "./vectors-combine";

/** Pairs of weights in a block: as many terms as a wide accumulator takes. */
const BLOCK_PAIRS: i32 = 64;
const PAIR_STRIDE: usize = 256;
const WEIGHTS = memory.data(64 * 256, 64);
const SUM = memory.data(384, 64);

const A = memory.data(256, 64);
const B = memory.data(256, 64);
const ZERO = memory.data(32, 64);

/**
 * `out[r] = Σ_j weights[j]·rows[r·length + j]`, packed. `lanes`: room for `2·rowCount` elements.
 */
export function frFoldRows(out: usize, rows: usize, rowCount: i32, weights: usize, length: i32, lanes: usize): void {
  memory.fill(lanes, 0, 64 * <usize>rowCount);
  for (let from = 0; from < length; from += 2 * BLOCK_PAIRS) {
    const end = min<i32>(length, from + 2 * BLOCK_PAIRS);
    unpackWeights(weights, from, end);
    for (let r = 0; r < rowCount; r++) {
      const row = rows + 32 * <usize>length * <usize>r;
      fr.accClear(SUM);
      let weight = WEIGHTS;
      for (let j = from; j < end; j += 2) {
        const a = row + 32 * <usize>j;
        fr.load(A, a, j + 1 < end ? a + 32 : a);
        fr.accMul(SUM, A, weight);
        weight += PAIR_STRIDE;
      }
      addSum(lanes + 64 * <usize>r);
    }
  }
  addLanes(out, lanes, rowCount);
}

/** The same for rows of signed 32-bit integers. `weights` times the radix (`frToRadixVector`). */
export function frFoldIntRows(out: usize, rows: usize, rowCount: i32, weights: usize, length: i32, lanes: usize): void {
  memory.fill(lanes, 0, 64 * <usize>rowCount);
  for (let from = 0; from < length; from += 2 * BLOCK_PAIRS) {
    const end = min<i32>(length, from + 2 * BLOCK_PAIRS);
    unpackWeights(weights, from, end);
    for (let r = 0; r < rowCount; r++) {
      const row = rows + 4 * <usize>length * <usize>r;
      if (areZeros(row + 4 * <usize>from, end - from)) continue;
      fr.accClear(SUM);
      let weight = WEIGHTS;
      for (let j = from; j < end; j += 2) {
        const a = row + 4 * <usize>j;
        fr.accMulInt(SUM, weight, load<i32>(a), load<i32>(j + 1 < end ? a + 4 : a));
        weight += PAIR_STRIDE;
      }
      addSum(lanes + 64 * <usize>r);
    }
  }
  addLanes(out, lanes, rowCount);
}

/** An odd last weight is alone in its pair. */
function unpackWeights(weights: usize, from: i32, end: i32): void {
  let weight = WEIGHTS;
  for (let j = from; j < end; j += 2) {
    const a = weights + 32 * <usize>j;
    fr.load(weight, a, j + 1 < end ? a + 32 : ZERO);
    weight += PAIR_STRIDE;
  }
}

function addSum(lanes: usize): void {
  fr.accReduce(A, SUM);
  fr.load(B, lanes, lanes + 32);
  fr.add(A, A, B);
  fr.store(lanes, lanes + 32, A);
}

function addLanes(out: usize, lanes: usize, rowCount: i32): void {
  for (let r = 0; r < rowCount; r += 2) {
    const a = lanes + 64 * <usize>r;
    const b = r + 1 < rowCount ? a + 64 : a;
    fr.load(A, a, b);
    fr.load(B, a + 32, b + 32);
    fr.add(A, A, B);
    fr.store(out + 32 * <usize>r, out + 32 * <usize>(r + 1 < rowCount ? r + 1 : r), A);
  }
}
