/**
 * Elementary symmetric polynomials of four small integers: `Π (α + e_i) = α⁴ + α³ u1 + α² u2 + α u3 + u4`. Exact in 28-bit
 * limbs, least significant first, for |e| <= 3·2^19: what a residual of the widest tile becomes at -1 or 2.
 */
const LIMB: i64 = 28;
const MASK: i64 = (1 << 28) - 1;

/** Limbs of u1 (one), u2 (two), u3 (three) and u4 (three), in this order: 32-bit integers. */
export const SYMMETRIC_LIMBS: usize = 9;
export const U3: usize = 3;
export const U4: usize = 6;

/** Writes the nine limbs to `at`. */
export function symmetric(at: usize, e0: i64, e1: i64, e2: i64, e3: i64): void {
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
