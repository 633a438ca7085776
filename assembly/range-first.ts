/**
 * The leaf layer's first round within a slot of lookups, on the integers themselves: the product of four denominators
 * `α + e_i(X)` is `α⁴ + α³ u1 + α² u2 + α u3 + u4` with elementary symmetric integers `u`, and the numerator its
 * derivative by α. So the round needs `Σ_j w_j u_k(X)` at `X = 0, -1, 2` (and 1 if asked for), and of the leading
 * coefficients `Σ_j w_j u4`. Integers are cut into limbs of 28 bits. |e| <= 2^20.
 */
import * as fr from "./generated/fr";
import { closeBlock, innerSum, startSums, writeSums } from "./sumcheck-sums";
import { symmetric, SYMMETRIC_LIMBS, U4 } from "./symmetric";

const WEIGHT = memory.data(256, 64);
/** Limbs of both lanes: u1; u2 (2); u3 (3); u4 (3). */
const LIMBS = memory.data(2 * 9 * 4, 16);

function addLimbs(k: i32, from: usize, to: usize): void {
  for (let l = from; l < to; l++) {
    fr.accMulInt(innerSum(k++), WEIGHT, load<i32>(LIMBS + 4 * l), load<i32>(LIMBS + 36 + 4 * l));
  }
}

/** Of the four integers `xLow·low + xHigh·high`. */
function symmetricAt(lane: usize, ints: usize, xLow: i64, xHigh: i64): void {
  symmetric(
    LIMBS + 36 * lane,
    xLow * <i64>load<i32>(ints) + xHigh * <i64>load<i32>(ints + 16),
    xLow * <i64>load<i32>(ints + 4) + xHigh * <i64>load<i32>(ints + 20),
    xLow * <i64>load<i32>(ints + 8) + xHigh * <i64>load<i32>(ints + 24),
    xLow * <i64>load<i32>(ints + 12) + xHigh * <i64>load<i32>(ints + 28),
  );
}

/**
 * `ints`: `2·pairs` nodes of four. `lo` must be multiplied by the radix. `out`: limb sums of 64 bytes, nine each at 0, -1
 * and 2, three of the leading u4; with `onlyOne` nine at 1 alone.
 */
export function rangeLookupFirst(
  ints: usize,
  pairs: i32,
  lo: usize,
  loCount: i32,
  hi: usize,
  onlyOne: bool,
  out: usize,
): void {
  startSums(onlyOne ? 9 : 30);
  for (let first = 0; first < pairs; first += loCount) {
    for (let i = 0; i < loCount; i += 2) {
      const j: usize = first + i;
      const k: usize = i + 1 < loCount ? j + 1 : j;
      fr.load(WEIGHT, lo + 32 * <usize>i, lo + 32 * (k - first));
      const a = ints + 32 * j;
      const b = ints + 32 * k;
      if (onlyOne) {
        addAt(0, a, b, 0, 1);
      } else {
        addAt(0, a, b, 1, 0);
        addAt(9, a, b, 2, -1);
        addAt(18, a, b, -1, 2);
        symmetricAt(0, a, -1, 1);
        symmetricAt(1, b, -1, 1);
        addLimbs(27, U4, SYMMETRIC_LIMBS);
      }
    }
    closeBlock(hi);
    hi += 32;
  }
  writeSums(out);
}

function addAt(k: i32, a: usize, b: usize, xLow: i64, xHigh: i64): void {
  symmetricAt(0, a, xLow, xHigh);
  symmetricAt(1, b, xLow, xHigh);
  addLimbs(k, 0, SYMMETRIC_LIMBS);
}
