/**
 * Weighted sums in two levels, for split eq weights `lo[i]·hi[h]`: terms are added to the *inner* sums with the low
 * weight, and a block of inner sums (at most 64 terms) goes to the *outer* sums with the high weight. Nothing is
 * reduced but whole blocks. Lanes are summed apart.
 */
import * as fr from "./generated/fr";

/** Terms a wide accumulator takes between reductions. */
export const BLOCK_TERMS: i32 = 64;

const MAX_SUMS = 34;
const WIDE_STRIDE: usize = 384;
const INNER = memory.data(34 * 384, 64);
const OUTER = memory.data(34 * 384, 64);
const REDUCED = memory.data(256, 64);
const HIGH = memory.data(256, 64);
const ONE = memory.data(256, 64);

let used: i32 = 0;
let weighted: i32 = 0;
let blocks: i32 = 0;

/** Address of the `k`-th inner sum. */
export function innerSum(k: i32): usize {
  return INNER + <usize>k * WIDE_STRIDE;
}

/** Begins `count` sums at zero; those from `withHigh` on are not multiplied by high weights. */
export function startSums(count: i32, withHigh: i32 = count): void {
  if (count > MAX_SUMS) unreachable();
  used = count;
  weighted = withHigh;
  blocks = 0;
  fr.setOne(ONE);
  for (let k = 0; k < count; k++) {
    fr.accClear(INNER + <usize>k * WIDE_STRIDE);
    fr.accClear(OUTER + <usize>k * WIDE_STRIDE);
  }
}

/** Ends a block: outer sums += inner sums · high weight (a packed element); the inner sums start again at zero. */
export function closeBlock(high: usize): void {
  if (++blocks == BLOCK_TERMS) {
    blocks = 2;
    for (let k = 0; k < used; k++) {
      const outer = OUTER + <usize>k * WIDE_STRIDE;
      fr.accReduce(REDUCED, outer);
      fr.accClear(outer);
      fr.accMul(outer, REDUCED, ONE);
    }
  }
  if (weighted > 0) fr.splat(HIGH, high);
  for (let k = 0; k < used; k++) {
    const inner = INNER + <usize>k * WIDE_STRIDE;
    fr.accReduce(REDUCED, inner);
    fr.accClear(inner);
    fr.accMul(OUTER + <usize>k * WIDE_STRIDE, REDUCED, k < weighted ? HIGH : ONE);
  }
}

/** Writes the outer sums as canonical integers, 64 bytes each: lane 0, lane 1. */
export function writeSums(out: usize): void {
  for (let k = 0; k < used; k++) {
    fr.accReduce(REDUCED, OUTER + <usize>k * WIDE_STRIDE);
    fr.toCanonical(REDUCED, REDUCED);
    fr.storeInteger(out + ((<usize>k) << 6), out + ((<usize>k) << 6) + 32, REDUCED);
  }
}
