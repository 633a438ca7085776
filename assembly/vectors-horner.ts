/** Horner's recurrence `w[i] = v[i] + x·w[i+1]`, many of them side by side: one alone waits for every product. */
import * as fr from "./generated/fr";

const X = memory.data(256, 64);
const A = memory.data(256, 64);
const B = memory.data(256, 64);
const VALUE = memory.data(256, 64);

/** One step of `count` recurrences: `w = row + x·w`, packed elements. */
export function frHornerRow(w: usize, row: usize, x: usize, count: i32): void {
  fr.splat(X, x);
  for (let i = 0; i < count; i += 2) {
    const a: usize = 32 * <usize>i;
    const b: usize = i + 1 < count ? a + 32 : a;
    fr.load(A, w + a, w + b);
    fr.mul(A, A, X);
    fr.load(VALUE, row + a, row + b);
    fr.add(A, A, VALUE);
    fr.store(w + a, w + b, A);
  }
}

/**
 * Whole recurrences in place, from the last element of each segment down. `v`: `segments` (a multiple of four) of
 * `length` packed elements each; `carries[s]` stands for the element after segment `s`.
 */
export function frHornerSegments(v: usize, length: i32, segments: i32, carries: usize, x: usize): void {
  fr.splat(X, x);
  const step = 32 * <usize>length;
  for (let s = 0; s < segments; s += 4) {
    const carry = carries + 32 * <usize>s;
    // Two chains: while one waits for its product the other one goes on.
    fr.load(A, carry, carry + 32);
    fr.load(B, carry + 64, carry + 96);
    const first = v + step * <usize>s;
    for (let i = length - 1; i >= 0; i--) {
      const a = first + 32 * <usize>i;
      fr.mul(A, A, X);
      fr.mul(B, B, X);
      fr.load(VALUE, a, a + step);
      fr.add(A, A, VALUE);
      fr.store(a, a + step, A);
      fr.load(VALUE, a + 2 * step, a + 3 * step);
      fr.add(B, B, VALUE);
      fr.store(a + 2 * step, a + 3 * step, B);
    }
  }
}
