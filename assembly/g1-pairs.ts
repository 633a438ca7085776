/** What both groups need of a pair of base field elements besides the field layer: signs, zero, inverses. */
import * as fq from "./generated/fq";
import { ORDER_MINUS_TWO } from "./generated/fq";

/** Bytes of a pair that hold limbs: five in the fused build, eleven in the plain one. */
export const LIMB_BYTES: usize = ASC_FEATURE_RELAXED_SIMD ? 80 : 176;

/** Powers 0 to 15 of the element that is inverted, and a place for packed elements. */
const POWERS = memory.data(16 * 192, 64);
const PACKED = memory.data(64, 64);

/**
 * A reference to a point is its address, a multiple of 64, plus 1 if the point is to be taken negative. These are the
 * references' signs as float64 sign bits.
 */
export function signs(ref0: u32, ref1: u32): v128 {
  return i64x2((<i64>ref0) << 63, (<i64>ref1) << 63);
}

/** Changes the sign of the lanes whose bit 63 is set in `mask`. */
export function applySigns(r: usize, mask: v128): void {
  for (let at: usize = 0; at < LIMB_BYTES; at += 16) v128.store(r + at, v128.xor(v128.load(r + at), mask));
}

/** Whether one of two packed elements, 32 bytes each, is zero. */
export function isZeroPacked(at: usize): bool {
  return (load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24)) == 0;
}

/** Whether a lane of a product is zero. */
export function hasZeroLane(product: usize): bool {
  fq.storeProduct(PACKED, PACKED + 32, product);
  return isZeroPacked(PACKED) || isZeroPacked(PACKED + 32);
}

/** Both inverses, by Fermat with windows of four bits; zero stays zero. `r` may be `a`, a product. */
export function invertPair(r: usize, a: usize): void {
  fq.setOne(POWERS);
  fq.copy(POWERS + fq.PAIR_BYTES, a);
  for (let k: usize = 2; k < 16; k++) {
    fq.mul(POWERS + k * fq.PAIR_BYTES, POWERS + (k - 1) * fq.PAIR_BYTES, POWERS + fq.PAIR_BYTES);
  }
  let started = false;
  for (let window = 63; window >= 0; window--) {
    const word = load<u64>(ORDER_MINUS_TWO + ((<usize>(window >> 4)) << 3));
    const digit = <usize>((word >> ((window & 15) << 2)) & 15);
    if (started) {
      fq.sqr(r, r);
      fq.sqr(r, r);
      fq.sqr(r, r);
      fq.sqr(r, r);
      if (digit != 0) fq.mul(r, r, POWERS + digit * fq.PAIR_BYTES);
    } else if (digit != 0) {
      fq.copy(r, POWERS + digit * fq.PAIR_BYTES);
      started = true;
    }
  }
}
