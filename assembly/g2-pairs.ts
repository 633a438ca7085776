/** Pairs of elements `c0 + c1·i` of the quadratic extension, `i² = -1`: two pairs of the base field, one behind the other. */
import * as fq from "./generated/fq";
import { applySigns, LIMB_BYTES } from "./g1-pairs";

/** From c0 to c1. */
export const PART: usize = 192;
/** Bytes of a pair of extension elements. */
export const PAIR2_BYTES: usize = 384;

const T = memory.data(5 * 192, 64);
const T0 = T;
const T1 = T + 192;
const SUM_A = T + 2 * 192;
const SUM_B = T + 3 * 192;
const CROSS = T + 4 * 192;

/** Packed elements of 64 bytes at a and b. */
export function load2(r: usize, a: usize, b: usize): void {
  fq.load(r, a, b);
  fq.load(r + PART, a + 32, b + 32);
}

export function store2(a: usize, b: usize, r: usize): void {
  fq.store(a, b, r);
  fq.store(a + 32, b + 32, r + PART);
}

export function storeCanonical2(a: usize, b: usize, r: usize): void {
  fq.storeCanonical(a, b, r);
  fq.storeCanonical(a + 32, b + 32, r + PART);
}

export function copy2(r: usize, a: usize): void {
  fq.copy(r, a);
  fq.copy(r + PART, a + PART);
}

export function sub2(r: usize, a: usize, b: usize): void {
  fq.sub(r, a, b);
  fq.sub(r + PART, a + PART, b + PART);
}

export function add2(r: usize, a: usize, b: usize): void {
  fq.add(r, a, b);
  fq.add(r + PART, a + PART, b + PART);
}

export function carry2(r: usize, a: usize): void {
  fq.carry(r, a);
  fq.carry(r + PART, a + PART);
}

export function applySigns2(r: usize, mask: v128): void {
  applySigns(r, mask);
  applySigns(r + PART, mask);
}

/** By Karatsuba; operands as for the base field's mul. The result is carried. */
export function mul2(r: usize, a: usize, b: usize): void {
  fq.mul(T0, a, b);
  fq.mul(T1, a + PART, b + PART);
  fq.add(SUM_A, a, a + PART);
  fq.add(SUM_B, b, b + PART);
  fq.carry(SUM_A, SUM_A);
  fq.carry(SUM_B, SUM_B);
  fq.mul(CROSS, SUM_A, SUM_B);
  fq.sub(CROSS, CROSS, T0);
  fq.sub(CROSS, CROSS, T1);
  fq.carry(r + PART, CROSS);
  fq.sub(T0, T0, T1);
  fq.carry(r, T0);
}

/** `(a0 + a1)(a0 - a1) + 2·a0·a1·i`, carried; the operand carried too. */
export function sqr2(r: usize, a: usize): void {
  fq.add(T0, a, a + PART);
  fq.sub(T1, a, a + PART);
  fq.mul(CROSS, a, a + PART);
  fq.mul(r, T0, T1);
  fq.dbl(CROSS, CROSS);
  fq.carry(r + PART, CROSS);
}

/** Times a base field element. */
export function scale2(r: usize, a: usize, b: usize): void {
  fq.mul(r, a, b);
  fq.mul(r + PART, a + PART, b);
}

/** The norm `a0² + a1²`, carried, in the base field. */
export function norm2(r: usize, a: usize): void {
  fq.sqr(T0, a);
  fq.sqr(T1, a + PART);
  fq.add(T0, T0, T1);
  fq.carry(r, T0);
}

/** `a0 - a1·i` in place. */
export function conjugate2(r: usize): void {
  fq.neg(r + PART, r + PART);
}

/** `r = other` in the lanes that `mask` sets. */
export function select2(r: usize, other: usize, mask: v128): void {
  for (let part: usize = 0; part < PAIR2_BYTES; part += PART) {
    for (let at = part; at < part + LIMB_BYTES; at += 16) {
      v128.store(r + at, v128.bitselect(v128.load(other + at), v128.load(r + at), mask));
    }
  }
}
