/**
 * Additions of affine points of G1, many at a time. A point is 64 bytes: x and y packed; infinity is all zeros (no
 * point of the curve has x = y = 0). Addition i goes with i + 1 through the two lanes; one inversion serves a batch
 * (Montgomery's trick): 5 multiplications and a squaring an addition.
 */
import * as fq from "./generated/fq";
import { applySigns, hasZeroLane, invertPair, isZeroPacked, LIMB_BYTES, signs } from "./g1-pairs";

export const G1_BYTES: usize = 64;

/** How an addition of a checked batch is done. */
const GENERIC: u8 = 0;
const TAKE_FIRST: u8 = 1;
const TAKE_SECOND: u8 = 2;
const CANCEL: u8 = 3;
const DOUBLE: u8 = 4;

const PAIRS = memory.data(10 * 192, 64);
const XA = PAIRS;
const XB = PAIRS + 192;
const YA = PAIRS + 2 * 192;
const YB = PAIRS + 3 * 192;
const D = PAIRS + 4 * 192;
const K = PAIRS + 5 * 192;
const L = PAIRS + 6 * 192;
const X = PAIRS + 7 * 192;
const ACC = PAIRS + 8 * 192;
const N = PAIRS + 9 * 192;
const WORD = memory.data(64, 64);

function refAt(refs: usize, i: i32): u32 {
  return load<u32>(refs + ((<usize>i) << 2));
}

function address(ref: u32): usize {
  return <usize>(ref & ~1);
}

/** Bytes of scratch for a batch of that many additions. */
export function g1ScratchBytes(count: i32): usize {
  return <usize>(count + 2) * (LIMB_BYTES + 66);
}

/**
 * `out[i] = a[i] + b[i]` for references a and b, addresses out; each array has room for one entry more. No address of
 * `out` is read by another addition of the batch. False, and nothing written, where some x are equal.
 */
export function g1AddBatch(a: usize, b: usize, out: usize, count: i32, scratch: usize): bool {
  padOdd(a, b, out, count);
  fq.setOne(ACC);
  let product = scratch;
  for (let i = 0; i < count; i += 2, product += LIMB_BYTES) {
    fq.copy(product, ACC);
    fq.load(XA, address(refAt(a, i)), address(refAt(a, i + 1)));
    fq.load(XB, address(refAt(b, i)), address(refAt(b, i + 1)));
    fq.sub(D, XB, XA);
    fq.mul(ACC, ACC, D);
  }
  if (hasZeroLane(ACC)) return false;
  invertPair(ACC, ACC);
  for (let i = (count - 1) & ~1; i >= 0; i -= 2) {
    product -= LIMB_BYTES;
    const a0 = refAt(a, i);
    const a1 = refAt(a, i + 1);
    const b0 = refAt(b, i);
    const b1 = refAt(b, i + 1);
    fq.load(XA, address(a0), address(a1));
    fq.load(XB, address(b0), address(b1));
    fq.load(YA, address(a0) + 32, address(a1) + 32);
    fq.load(YB, address(b0) + 32, address(b1) + 32);
    if (((a0 | a1) & 1) != 0) applySigns(YA, signs(a0, a1));
    if (((b0 | b1) & 1) != 0) applySigns(YB, signs(b0, b1));
    fq.sub(D, XB, XA);
    fq.mul(K, ACC, product);
    fq.mul(ACC, ACC, D);
    fq.sub(L, YB, YA);
    fq.mul(L, L, K);
    finish(refAt(out, i), refAt(out, i + 1));
  }
  return true;
}

/** `(L² - XA - XB, L·(XA - x) - YA)`. */
function finish(out0: u32, out1: u32): void {
  fq.sqr(X, L);
  fq.sub(X, X, XA);
  fq.sub(X, X, XB);
  fq.carry(X, X);
  fq.sub(XA, XA, X);
  fq.mul(L, L, XA);
  fq.sub(L, L, YA);
  fq.storeProduct(out0, out1, X);
  fq.store(out0 + 32, out1 + 32, L);
}

/** The last of an odd number goes through both lanes. */
export function padOdd(a: usize, b: usize, out: usize, count: i32): void {
  if ((count & 1) == 0) return;
  const end = (<usize>count) << 2;
  store<u32>(a + end, load<u32>(a + end - 4));
  store<u32>(b + end, load<u32>(b + end - 4));
  store<u32>(out + end, load<u32>(out + end - 4));
}

/**
 * The same for any points: equal, opposite, infinite. Returns whether some sum is infinite. In `scratch`: a prefix
 * product and the packed denominators for every two additions, then a kind for each.
 */
export function g1AddBatchChecked(a: usize, b: usize, out: usize, count: i32, scratch: usize): bool {
  padOdd(a, b, out, count);
  const pairs = <usize>((count + 1) >> 1);
  const denominators = scratch + pairs * LIMB_BYTES;
  const kinds = denominators + pairs * 64;
  let someInfinite = false;
  fq.setOne(ACC);
  for (let i = 0; i < count; i += 2) {
    const pair = <usize>(i >> 1);
    loadPoints(a, b, i);
    fq.sub(D, XB, XA);
    fq.dbl(K, YA);
    const d = denominators + pair * 64;
    fq.storeCanonical(d, d + 32, D);
    fq.sub(N, YB, YA);
    fq.storeCanonical(WORD, WORD + 32, N);
    const kind0 = kindOf(refAt(a, i), refAt(b, i), isZeroPacked(d), isZeroPacked(WORD));
    const kind1 = kindOf(refAt(a, i + 1), refAt(b, i + 1), isZeroPacked(d + 32), isZeroPacked(WORD + 32));
    store<u8>(kinds + i, kind0);
    store<u8>(kinds + i, kind1, 1);
    someInfinite = someInfinite || kind0 == CANCEL || kind1 == CANCEL;
    fq.store(WORD, WORD + 32, K);
    replace(d, kind0, WORD);
    replace(d + 32, kind1, WORD + 32);
    fq.load(D, d, d + 32);
    fq.copy(scratch + pair * LIMB_BYTES, ACC);
    fq.mul(ACC, ACC, D);
  }
  invertPair(ACC, ACC);
  for (let i = (count - 1) & ~1; i >= 0; i -= 2) {
    const pair = <usize>(i >> 1);
    const d = denominators + pair * 64;
    loadPoints(a, b, i);
    fq.load(D, d, d + 32);
    fq.mul(K, ACC, scratch + pair * LIMB_BYTES);
    fq.mul(ACC, ACC, D);
    // The tangent's numerator 3x² where a point is doubled, else the chord's.
    fq.sqr(N, XA);
    fq.dbl(L, N);
    fq.add(N, N, L);
    fq.carry(N, N);
    fq.sub(L, YB, YA);
    fq.carry(L, L);
    const kind0 = load<u8>(kinds + i);
    const kind1 = load<u8>(kinds + i, 1);
    select(L, N, i64x2(-(<i64>(kind0 == DOUBLE)), -(<i64>(kind1 == DOUBLE))));
    fq.mul(L, L, K);
    const ref = pair * 8;
    const out0 = load<u32>(out + ref);
    const out1 = load<u32>(out + ref, 4);
    // What is taken over is written after the lanes' results, in which it may stand.
    saveTaken(kind0, refAt(a, i), refAt(b, i), 0);
    saveTaken(kind1, refAt(a, i + 1), refAt(b, i + 1), 1);
    finish(out0, out1);
    if (kind0 != GENERIC && kind0 != DOUBLE) memory.copy(out0, TAKEN, 64);
    if (kind1 != GENERIC && kind1 != DOUBLE) memory.copy(out1, TAKEN + 64, 64);
  }
  return someInfinite;
}

const TAKEN = memory.data(128, 64);

function loadPoints(a: usize, b: usize, i: i32): void {
  const a0 = refAt(a, i);
  const a1 = refAt(a, i + 1);
  const b0 = refAt(b, i);
  const b1 = refAt(b, i + 1);
  fq.load(XA, address(a0), address(a1));
  fq.load(XB, address(b0), address(b1));
  fq.load(YA, address(a0) + 32, address(a1) + 32);
  fq.load(YB, address(b0) + 32, address(b1) + 32);
  applySigns(YA, signs(a0, a1));
  applySigns(YB, signs(b0, b1));
}

function kindOf(a: u32, b: u32, sameX: bool, sameY: bool): u8 {
  if (isInfinite(address(b))) return isInfinite(address(a)) ? CANCEL : TAKE_FIRST;
  if (isInfinite(address(a))) return TAKE_SECOND;
  return sameX ? (sameY ? DOUBLE : CANCEL) : GENERIC;
}

export function isInfinite(point: usize): bool {
  return isZeroPacked(point) && isZeroPacked(point + 32);
}

/** Puts `twiceY` where a point is doubled, 1 where nothing is divided. */
function replace(denominator: usize, kind: u8, twiceY: usize): void {
  if (kind == GENERIC) return;
  if (kind == DOUBLE) {
    memory.copy(denominator, twiceY, 32);
  } else {
    fq.setOne(N);
    fq.storeProduct(denominator, denominator, N);
  }
}

/** `r = other` in the lanes that `mask` sets. */
function select(r: usize, other: usize, mask: v128): void {
  for (let at: usize = 0; at < LIMB_BYTES; at += 16) {
    v128.store(r + at, v128.bitselect(v128.load(other + at), v128.load(r + at), mask));
  }
}

/** Keeps the point that an addition takes over, or infinity, in a lane of TAKEN. */
function saveTaken(kind: u8, a: u32, b: u32, lane: usize): void {
  const at = TAKEN + lane * 64;
  if (kind == TAKE_FIRST) copySigned(at, a);
  else if (kind == TAKE_SECOND) copySigned(at, b);
  else memory.fill(at, 0, 64);
}

/** The point of a reference, with its sign. */
export function copySigned(to: usize, ref: u32): void {
  const from = address(ref);
  memory.copy(to, from, 64);
  if ((ref & 1) == 0) return;
  fq.load(N, from + 32, from + 32);
  fq.neg(N, N);
  fq.store(to + 32, to + 32, N);
}
