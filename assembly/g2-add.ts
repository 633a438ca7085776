/**
 * Additions of affine points of G2, many at a time: 128 bytes a point, x and y of two packed elements each; infinity is
 * all zeros. As in G1, two lanes and one inversion a batch, of the denominators' norms.
 */
import * as fq from "./generated/fq";
import { hasZeroLane, invertPair, isZeroPacked, LIMB_BYTES, signs } from "./g1-pairs";
import { padOdd } from "./g1-add";
import {
  add2,
  applySigns2,
  carry2,
  conjugate2,
  copy2,
  load2,
  mul2,
  norm2,
  PAIR2_BYTES,
  scale2,
  select2,
  sqr2,
  store2,
  storeCanonical2,
  sub2,
} from "./g2-pairs";

export const G2_BYTES: usize = 128;

const GENERIC: u8 = 0;
const TAKE_FIRST: u8 = 1;
const TAKE_SECOND: u8 = 2;
const CANCEL: u8 = 3;
const DOUBLE: u8 = 4;

const PAIRS = memory.data(9 * 384, 64);
const XA = PAIRS;
const XB = PAIRS + 384;
const YA = PAIRS + 2 * 384;
const YB = PAIRS + 3 * 384;
const D = PAIRS + 4 * 384;
const L = PAIRS + 5 * 384;
const X = PAIRS + 6 * 384;
const N = PAIRS + 7 * 384;
const ACC = PAIRS + 8 * 384;
const K = ACC + 192;
const WORDS = memory.data(4 * 64, 64);
const TAKEN = memory.data(256, 64);

function refAt(refs: usize, i: i32): u32 {
  return load<u32>(refs + ((<usize>i) << 2));
}

function address(ref: u32): usize {
  return <usize>(ref & ~1);
}

export function g2ScratchBytes(count: i32): usize {
  return <usize>(count + 2) * (2 * LIMB_BYTES + 2);
}

/**
 * `out[i] = a[i] + b[i]` as in G1. Points that are equal, opposite or infinite are looked for if `checked`, or if a
 * denominator is zero. Returns whether some sum is infinite.
 */
export function g2AddBatch(a: usize, b: usize, out: usize, count: i32, scratch: usize, checked: bool): bool {
  padOdd(a, b, out, count);
  let someInfinite = false;
  const norms = scratch + <usize>((count + 1) >> 1) * LIMB_BYTES;
  const kinds = norms + <usize>((count + 1) >> 1) * LIMB_BYTES;
  if (!checked) {
    multiplyNorms(a, b, count, scratch, norms);
    checked = hasZeroLane(ACC);
  }
  if (checked) {
    memory.fill(kinds, GENERIC, count + 1);
    for (let i = 0; i < count + (count & 1); i++) {
      const kind = kindOf(refAt(a, i), refAt(b, i));
      store<u8>(kinds + i, kind);
      someInfinite = someInfinite || kind == CANCEL;
    }
    multiplyCheckedNorms(a, b, count, scratch, norms, kinds);
  }
  invertPair(ACC, ACC);
  for (let i = (count - 1) & ~1; i >= 0; i -= 2) {
    const at = <usize>(i >> 1) * LIMB_BYTES;
    loadPoints(a, b, i);
    fq.mul(K, ACC, scratch + at);
    fq.mul(ACC, ACC, norms + at);
    sub2(L, YB, YA);
    let kind0 = GENERIC;
    let kind1 = GENERIC;
    if (checked) {
      kind0 = load<u8>(kinds + i);
      kind1 = load<u8>(kinds + i, 1);
      useTangents(kind0, kind1);
      saveTaken(kind0, refAt(a, i), refAt(b, i), 0);
      saveTaken(kind1, refAt(a, i + 1), refAt(b, i + 1), 128);
    }
    conjugate2(D);
    mul2(L, L, D);
    scale2(L, L, K);
    sqr2(X, L);
    sub2(X, X, XA);
    sub2(X, X, XB);
    carry2(X, X);
    sub2(XA, XA, X);
    mul2(L, L, XA);
    sub2(L, L, YA);
    const out0 = refAt(out, i);
    const out1 = refAt(out, i + 1);
    store2(out0, out1, X);
    store2(out0 + 64, out1 + 64, L);
    if (kind0 != GENERIC && kind0 != DOUBLE) memory.copy(out0, TAKEN, 128);
    if (kind1 != GENERIC && kind1 != DOUBLE) memory.copy(out1, TAKEN + 128, 128);
  }
  return someInfinite;
}

/** Keeps the norms of `x_b - x_a` and their prefix products; ACC is the whole product. */
function multiplyNorms(a: usize, b: usize, count: i32, scratch: usize, norms: usize): void {
  fq.setOne(ACC);
  for (let i = 0; i < count; i += 2) {
    const at = <usize>(i >> 1) * LIMB_BYTES;
    load2(XA, address(refAt(a, i)), address(refAt(a, i + 1)));
    load2(XB, address(refAt(b, i)), address(refAt(b, i + 1)));
    sub2(D, XB, XA);
    norm2(norms + at, D);
    fq.copy(scratch + at, ACC);
    fq.mul(ACC, ACC, norms + at);
  }
}

function multiplyCheckedNorms(a: usize, b: usize, count: i32, scratch: usize, norms: usize, kinds: usize): void {
  fq.setOne(ACC);
  for (let i = 0; i < count; i += 2) {
    const at = <usize>(i >> 1) * LIMB_BYTES;
    loadPoints(a, b, i);
    useTangents(load<u8>(kinds + i), load<u8>(kinds + i, 1));
    norm2(norms + at, D);
    fq.copy(scratch + at, ACC);
    fq.mul(ACC, ACC, norms + at);
  }
}

/** In the lanes that do not add different points: `D = 2y`, `L = 3x²` where a point is doubled, else `D = 1`. */
function useTangents(kind0: u8, kind1: u8): void {
  if (kind0 == GENERIC && kind1 == GENERIC) return;
  const doubled = i64x2(-(<i64>(kind0 == DOUBLE)), -(<i64>(kind1 == DOUBLE)));
  const special = i64x2(-(<i64>(kind0 != GENERIC)), -(<i64>(kind1 != GENERIC)));
  fq.setOne(N);
  fq.setZero(N + 192);
  select2(D, N, special);
  add2(N, YA, YA);
  select2(D, N, doubled);
  sqr2(N, XA);
  copy2(X, N);
  add2(N, N, X);
  add2(N, N, X);
  carry2(N, N);
  select2(L, N, doubled);
}

function loadPoints(a: usize, b: usize, i: i32): void {
  const a0 = refAt(a, i);
  const a1 = refAt(a, i + 1);
  const b0 = refAt(b, i);
  const b1 = refAt(b, i + 1);
  load2(XA, address(a0), address(a1));
  load2(XB, address(b0), address(b1));
  load2(YA, address(a0) + 64, address(a1) + 64);
  load2(YB, address(b0) + 64, address(b1) + 64);
  applySigns2(YA, signs(a0, a1));
  applySigns2(YB, signs(b0, b1));
  sub2(D, XB, XA);
}

function isZero2(at: usize): bool {
  return isZeroPacked(at) && isZeroPacked(at + 32);
}

function isInfinite2(point: usize): bool {
  return isZero2(point) && isZero2(point + 64);
}

function kindOf(a: u32, b: u32): u8 {
  if (isInfinite2(address(b))) return isInfinite2(address(a)) ? CANCEL : TAKE_FIRST;
  if (isInfinite2(address(a))) return TAKE_SECOND;
  load2(XA, address(a), address(b));
  load2(YA, address(a) + 64, address(b) + 64);
  applySigns2(YA, signs(a, b));
  storeCanonical2(WORDS, WORDS + 64, XA);
  storeCanonical2(WORDS + 128, WORDS + 192, YA);
  if (memory.compare(WORDS, WORDS + 64, 64) != 0) return GENERIC;
  return memory.compare(WORDS + 128, WORDS + 192, 64) == 0 ? DOUBLE : CANCEL;
}

function saveTaken(kind: u8, a: u32, b: u32, lane: usize): void {
  if (kind == TAKE_FIRST) copySigned2(TAKEN + lane, a);
  else if (kind == TAKE_SECOND) copySigned2(TAKEN + lane, b);
  else memory.fill(TAKEN + lane, 0, 128);
}

/** The point of a reference, with its sign. */
export function copySigned2(to: usize, ref: u32): void {
  const from = address(ref);
  memory.copy(to, from, 128);
  if ((ref & 1) == 0) return;
  load2(N, from + 64, from + 64);
  applySigns2(N, signs(1, 1));
  store2(to + 64, to + 64, N);
}
