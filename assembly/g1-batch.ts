/**
 * Affine additions in G1, many at a time: `x3 = λ² - x1 - x2`, `y3 = λ (x1 - x3) - y1`, `λ = (y2 - y1)/(x2 - x1)`,
 * with one inversion for a whole batch (Montgomery's trick), two additions at a time in the two lanes.
 *
 * A point is 64 bytes: packed x, packed y. Infinity is all zero bytes, which no point of the curve is.
 */
import * as fq from "./generated/fq";
import { ORDER_MINUS_TWO } from "./generated/fq";

export const POINT_BYTES: usize = 64;
const Y: usize = 32;

/** Additions that share an inversion: enough to hide it, few enough to stay in the second-level cache. */
export const BATCH: i32 = 2048;

/** Addresses of the summands and of the sums. */
const LEFTS = memory.data(8196, 64);
const RIGHTS = memory.data(8196, 64);
const SUMS = memory.data(8196, 64);
/** Products of all denominators before a pair of additions. */
const PREFIXES = memory.data(196608, 64);
const REGISTERS = memory.data(1920, 64);
const PACKED = memory.data(64, 64);

const X1 = REGISTERS;
const X2 = REGISTERS + fq.PAIR_BYTES;
const Y1 = REGISTERS + 2 * fq.PAIR_BYTES;
const Y2 = REGISTERS + 3 * fq.PAIR_BYTES;
const DENOMINATOR = REGISTERS + 4 * fq.PAIR_BYTES;
const INVERSE = REGISTERS + 5 * fq.PAIR_BYTES;
const LAMBDA = REGISTERS + 6 * fq.PAIR_BYTES;
const T = REGISTERS + 7 * fq.PAIR_BYTES;

let queued: i32 = 0;
/** Whether infinity may be among the summands: then every batch is searched for it. */
let mayHoldInfinity: bool = false;

export function expectInfinity(may: bool): void {
  mayHoldInfinity = may;
}

export function isInfinity(point: usize): bool {
  let bits: u64 = 0;
  for (let k: usize = 0; k < POINT_BYTES; k += 8) bits |= load<u64>(point + k);
  return bits == 0;
}

/** How many additions wait for the next flush. */
export function waiting(): i32 {
  return queued;
}

/** Adds two points once the batch is full or flushed; the three places stay as they are until then. */
export function queueAddition(sum: usize, left: usize, right: usize): void {
  const at: usize = (<usize>queued) << 2;
  store<u32>(LEFTS + at, <u32>left);
  store<u32>(RIGHTS + at, <u32>right);
  store<u32>(SUMS + at, <u32>sum);
  queued++;
  if (queued == BATCH) flushAdditions();
}

function left(i: i32): usize {
  return load<u32>(LEFTS + ((<usize>i) << 2));
}
function right(i: i32): usize {
  return load<u32>(RIGHTS + ((<usize>i) << 2));
}
function sum(i: i32): usize {
  return load<u32>(SUMS + ((<usize>i) << 2));
}

/** Does all additions that wait. */
export function flushAdditions(): void {
  const count = queued;
  queued = 0;
  if (count == 0) return;
  if (mayHoldInfinity && holdsInfinity(count)) return addOneByOne(count);
  if (count & 1) {
    // The last of an odd number goes through both lanes.
    const last: usize = (<usize>count) << 2;
    store<u32>(LEFTS + last, <u32>left(count - 1));
    store<u32>(RIGHTS + last, <u32>right(count - 1));
    store<u32>(SUMS + last, <u32>sum(count - 1));
  }
  const pairs = (count + 1) >> 1;
  fq.setOne(INVERSE);
  for (let i = 0; i < pairs; i++) {
    fq.load(X1, left(2 * i), left(2 * i + 1));
    fq.load(X2, right(2 * i), right(2 * i + 1));
    fq.sub(DENOMINATOR, X2, X1);
    fq.copy(PREFIXES + <usize>i * fq.PAIR_BYTES, INVERSE);
    fq.mul(INVERSE, INVERSE, DENOMINATOR);
  }
  // Equal or opposite summands: some denominator is zero.
  if (!invertLanes()) return addOneByOne(count);
  for (let i = pairs - 1; i >= 0; i--) {
    fq.load(X1, left(2 * i), left(2 * i + 1));
    fq.load(X2, right(2 * i), right(2 * i + 1));
    fq.load(Y1, left(2 * i) + Y, left(2 * i + 1) + Y);
    fq.load(Y2, right(2 * i) + Y, right(2 * i + 1) + Y);
    fq.sub(DENOMINATOR, X2, X1);
    fq.mul(LAMBDA, INVERSE, PREFIXES + <usize>i * fq.PAIR_BYTES);
    fq.mul(INVERSE, INVERSE, DENOMINATOR);
    fq.sub(Y2, Y2, Y1);
    fq.mul(LAMBDA, LAMBDA, Y2);
    finishPair(sum(2 * i), sum(2 * i + 1));
  }
}

/** From λ, x1, x2, y1 in the registers to both lanes' sums. */
function finishPair(sum0: usize, sum1: usize): void {
  fq.sqr(T, LAMBDA);
  fq.sub(T, T, X1);
  fq.sub(T, T, X2);
  fq.carry(T, T);
  fq.sub(X1, X1, T);
  fq.mul(X1, LAMBDA, X1);
  fq.sub(X1, X1, Y1);
  fq.store(sum0, sum1, T);
  fq.store(sum0 + Y, sum1 + Y, X1);
}

/** Inverts both lanes of INVERSE with one exponentiation. False if a lane is zero. */
function invertLanes(): bool {
  fq.storeCanonical(PACKED, PACKED + 32, INVERSE);
  if (isZero(PACKED) || isZero(PACKED + 32)) return false;
  fq.load(X1, PACKED, PACKED + 32);
  fq.load(X2, PACKED + 32, PACKED);
  fq.mul(X1, X1, X2);
  invert(INVERSE, X1);
  fq.mul(INVERSE, INVERSE, X2);
  return true;
}

function isZero(element: usize): bool {
  return (load<u64>(element) | load<u64>(element, 8) | load<u64>(element, 16) | load<u64>(element, 24)) == 0;
}

/** `r = a^(p-2)`, Fermat's inverse, four bits of the exponent at a time. `r` may not be `a`. */
function invert(r: usize, a: usize): void {
  fq.setOne(POWERS);
  for (let k: usize = 1; k < 16; k++) fq.mul(POWERS + k * fq.PAIR_BYTES, POWERS + (k - 1) * fq.PAIR_BYTES, a);
  fq.setOne(r);
  for (let nibble: i32 = 63; nibble >= 0; nibble--) {
    for (let k = 0; k < 4; k++) fq.sqr(r, r);
    const bits = (<usize>(load<u8>(ORDER_MINUS_TWO + <usize>(nibble >> 1)) >> (<u8>((nibble & 1) << 2)))) & 15;
    if (bits != 0) fq.mul(r, r, POWERS + bits * fq.PAIR_BYTES);
  }
}
const POWERS = memory.data(3072, 64);

function holdsInfinity(count: i32): bool {
  for (let i = 0; i < count; i++) if (isInfinity(left(i)) || isInfinity(right(i))) return true;
  return false;
}

/** The additions one after the other, whatever the summands: equal, opposite, infinity. */
function addOneByOne(count: i32): void {
  for (let i = 0; i < count; i++) addAnything(sum(i), left(i), right(i));
}

function addAnything(into: usize, a: usize, b: usize): void {
  if (isInfinity(a)) return memory.copy(into, b, POINT_BYTES);
  if (isInfinity(b)) return memory.copy(into, a, POINT_BYTES);
  const equalX = areEqual(a, b);
  const equalY = areEqual(a + Y, b + Y);
  if (equalX && !equalY) {
    // What is left of a sum may meet other summands later.
    mayHoldInfinity = true;
    return memory.fill(into, 0, POINT_BYTES);
  }
  fq.load(X1, a, a);
  fq.load(X2, b, b);
  fq.load(Y1, a + Y, a + Y);
  fq.load(Y2, b + Y, b + Y);
  if (equalX) {
    fq.sqr(LAMBDA, X1);
    fq.add(T, LAMBDA, LAMBDA);
    fq.carry(T, T);
    fq.add(Y2, T, LAMBDA);
    fq.add(DENOMINATOR, Y1, Y1);
  } else {
    fq.sub(Y2, Y2, Y1);
    fq.sub(DENOMINATOR, X2, X1);
  }
  invert(INVERSE, DENOMINATOR);
  fq.mul(LAMBDA, INVERSE, Y2);
  finishPair(into, into);
}

/** Whether two packed elements are the same field element. */
function areEqual(a: usize, b: usize): bool {
  fq.load(T, a, b);
  fq.storeCanonical(PACKED, PACKED + 32, T);
  for (let k: usize = 0; k < 32; k += 8) if (load<u64>(PACKED + k) != load<u64>(PACKED + 32 + k)) return false;
  return true;
}
