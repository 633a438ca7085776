/**
 * The leaf layer's first round within a slot of lookups, on the integers themselves: the product of four denominators
 * `α + e_i(X)` is `α⁴ + α³ u1 + α² u2 + α u3 + u4` with elementary symmetric integers `u`, and the numerator its
 * derivative by α. So the round needs `Σ_j w_j u_k(X)` at `X = 0, -1, 2` (and 1 if asked for), and of the leading
 * coefficients `Σ_j w_j u4`. Integers are cut into limbs of 28 bits. |e| <= 2^20.
 */
import * as fr from "./generated/fr";
import { closeBlock, innerSum, startSums, writeSums } from "./sumcheck-sums";

const LIMB: i64 = 28;
const MASK: i64 = (1 << 28) - 1;
const WEIGHT = memory.data(256, 64);
/** Limbs of both lanes: u1; u2 (2); u3 (3); u4 (3). */
const LIMBS = memory.data(2 * 9 * 4, 16);

/** Limbs of `u1 … u4` of four integers, to `LIMBS` of a lane. */
function symmetric(lane: usize, e0: i64, e1: i64, e2: i64, e3: i64): void {
  const at = LIMBS + 36 * lane;
  const s = e0 + e1;
  const z = e2 + e3;
  const t = e0 * e1;
  const y = e2 * e3;
  store<i32>(at, <i32>(s + z));
  const u2 = s * z + t + y;
  store<i32>(at + 4, <i32>(u2 & MASK));
  store<i32>(at + 8, <i32>(u2 >> LIMB));
  const tHigh = t >> LIMB;
  const yHigh = y >> LIMB;
  const tLow = t & MASK;
  const yLow = y & MASK;
  const u3Low = s * yLow + z * tLow;
  const u3High = s * yHigh + z * tHigh + (u3Low >> LIMB);
  store<i32>(at + 12, <i32>(u3Low & MASK));
  store<i32>(at + 16, <i32>(u3High & MASK));
  store<i32>(at + 20, <i32>(u3High >> LIMB));
  const u4Low = tLow * yLow;
  const u4Middle = tHigh * yLow + tLow * yHigh + (u4Low >> LIMB);
  store<i32>(at + 24, <i32>(u4Low & MASK));
  store<i32>(at + 28, <i32>(u4Middle & MASK));
  store<i32>(at + 32, <i32>(tHigh * yHigh + (u4Middle >> LIMB)));
}

function addLimbs(k: i32, from: usize, to: usize): void {
  for (let l = from; l < to; l++) {
    fr.accMulInt(innerSum(k++), WEIGHT, load<i32>(LIMBS + 4 * l), load<i32>(LIMBS + 36 + 4 * l));
  }
}

/** Of the four integers `xLow·low + xHigh·high`. */
function symmetricAt(lane: usize, ints: usize, xLow: i64, xHigh: i64): void {
  symmetric(
    lane,
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
        addLimbs(27, 6, 9);
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
  addLimbs(k, 0, 9);
}
