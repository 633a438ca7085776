/** Scalars for msm-windows.ts: exact integers or field elements, plus the windows' offset. */
import { frToCanonical } from "./generated/field-vectors";

/** 32-bit integers; the sums fit into 32 bits. */
export function msmOffsetInts(out: usize, values: usize, count: i32, offset: i32): void {
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) store<i32>(out + i, load<i32>(values + i) + offset);
}

/** 32-bit integers to 64-bit ones. `out` is not `values`. */
export function msmWidenInts(out: usize, values: usize, count: i32, offset: u32, offsetHigh: u32): void {
  const sum = (<i64>offset) | ((<i64>offsetHigh) << 32);
  for (let i: usize = 0; i < <usize>count; i++) {
    store<i64>(out + (i << 3), <i64>load<i32>(values + (i << 2)) + sum);
  }
}

/** Integers in float64 to 64-bit ones. */
export function msmOffsetFloats(out: usize, values: usize, count: i32, offset: u32, offsetHigh: u32): void {
  const sum = (<i64>offset) | ((<i64>offsetHigh) << 32);
  for (let i: usize = 0; i < <usize>count; i++) {
    store<i64>(out + (i << 3), <i64>load<f64>(values + (i << 3)) + sum);
  }
}

/** Packed field elements to 256-bit integers; `offset`: 32 bytes. May be in place. */
export function msmOffsetElements(out: usize, values: usize, count: i32, offset: usize): void {
  frToCanonical(out, values, count);
  msmOffsetIntegers(out, count, offset);
}

/** 256-bit integers in place. */
export function msmOffsetIntegers(values: usize, count: i32, offset: usize): void {
  const end = values + ((<usize>count) << 5);
  for (let at = values; at < end; at += 32) {
    let carry: u64 = 0;
    for (let k: usize = 0; k < 32; k += 8) {
      const word = load<u64>(at + k);
      const sum = word + load<u64>(offset + k);
      const all = sum + carry;
      carry = (<u64>(sum < word)) | (<u64>(all < sum));
      store<u64>(at + k, all);
    }
  }
}

/** Whether one of `count` points of 64 bytes is at infinity (zero is zero in every form). */
export function g1HasInfinity(points: usize, count: i32): bool {
  const end = points + ((<usize>count) << 6);
  for (let at = points; at < end; at += 64) {
    if ((load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24)) == 0) return true;
  }
  return false;
}
