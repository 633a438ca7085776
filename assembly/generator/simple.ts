import { inverseModulo } from "./modulus.js";

/** A slow field layer, correct by inspection: eight 32-bit limbs a lane, always below p. */
export function simpleField(p: bigint): string {
  const radix = 1n << 256n;
  const words = (x: bigint): string =>
    Array.from({ length: 8 }, (_, i) => String((x >> BigInt(32 * i)) & 0xffffffffn)).join(", ");
  const constant = (x: bigint): string => `memory.data<u32>([${words(((x % p) + p) % p)}], 16)`;
  const pInverse = (1n << 32n) - inverseModulo(p, 1n << 32n);
  return `
export const PAIR_BYTES: usize = 192;
export const WIDE_BYTES: usize = 384;
const P = memory.data<u32>([${words(p)}], 16);
const ONE = ${constant(radix)};
const RADIX2 = ${constant(radix * radix)};
const UNIT = ${constant(1n)};
const FROM_256 = ${constant((radix * radix * inverseModulo(1n << 256n, p)) % p)};
const TO_256 = ${constant(1n << 256n)};
const PINV: u64 = ${String(pInverse)};
const T = memory.data(128);
const TMP = memory.data(192, 16);

@inline function limb(a: usize, lane: i32, k: i32): u64 { return load<u64>(a + (k << 4) + (lane << 3)); }
@inline function put(a: usize, lane: i32, k: i32, v: u64): void { store<u64>(a + (k << 4) + (lane << 3), v); }
@inline function pLimb(k: i32): u64 { return load<u32>(P + (k << 2)); }

/* Takes carry·2^256 + T down by p if it is at least p, into r. */
function reduceOnce(r: usize, lane: i32, carry: u64): void {
  let borrow: i64 = 0;
  for (let k = 0; k < 8; k++) {
    borrow = <i64>load<u64>(T + (k << 3)) - <i64>pLimb(k) + borrow;
    put(r, lane, k, <u64>borrow & 0xffffffff);
    borrow >>= 32;
  }
  if (<i64>carry + borrow < 0) {
    for (let k = 0; k < 8; k++) put(r, lane, k, load<u64>(T + (k << 3)));
  }
}
function mulLane(r: usize, a: usize, b: usize, lane: i32): void {
  memory.fill(T, 0, 80);
  for (let i = 0; i < 8; i++) {
    let c: u64 = 0;
    const ai = limb(a, lane, i);
    for (let j = 0; j < 8; j++) {
      const t = load<u64>(T + (j << 3)) + ai * limb(b, lane, j) + c;
      store<u64>(T + (j << 3), t & 0xffffffff);
      c = t >> 32;
    }
    let t8 = load<u64>(T + 64) + c;
    const t9 = t8 >> 32;
    t8 &= 0xffffffff;
    const q = (load<u64>(T) * PINV) & 0xffffffff;
    c = (load<u64>(T) + q * pLimb(0)) >> 32;
    for (let j = 1; j < 8; j++) {
      const t = load<u64>(T + (j << 3)) + q * pLimb(j) + c;
      store<u64>(T + ((j - 1) << 3), t & 0xffffffff);
      c = t >> 32;
    }
    const top = t8 + c;
    store<u64>(T + 56, top & 0xffffffff);
    store<u64>(T + 64, t9 + (top >> 32));
  }
  reduceOnce(r, lane, load<u64>(T + 64));
}
function addLane(r: usize, a: usize, b: usize, lane: i32): void {
  let c: u64 = 0;
  for (let k = 0; k < 8; k++) {
    c += limb(a, lane, k) + limb(b, lane, k);
    store<u64>(T + (k << 3), c & 0xffffffff);
    c >>= 32;
  }
  reduceOnce(r, lane, c);
}
function subLane(r: usize, a: usize, b: usize, lane: i32): void {
  let c: i64 = 0;
  for (let k = 0; k < 8; k++) {
    c += <i64>limb(a, lane, k) - <i64>limb(b, lane, k);
    store<u64>(T + (k << 3), <u64>c & 0xffffffff);
    c >>= 32;
  }
  let d: u64 = 0;
  for (let k = 0; k < 8; k++) {
    d += load<u64>(T + (k << 3)) + (c < 0 ? pLimb(k) : 0);
    put(r, lane, k, d & 0xffffffff);
    d >>= 32;
  }
}
function loadLane(r: usize, a: usize, lane: i32): void {
  for (let k = 0; k < 8; k++) store<u64>(T + (k << 3), <u64>load<u32>(a + (k << 2)));
  reduceOnce(r, lane, 0);
}
function storeLane(a: usize, r: usize, lane: i32): void {
  for (let k = 0; k < 8; k++) store<u32>(a + (k << 2), <u32>limb(r, lane, k));
}
function load_(r: usize, a: usize, b: usize): void { loadLane(r, a, 0); loadLane(r, b, 1); }
export { load_ as load };
function store_(a: usize, b: usize, r: usize): void { storeLane(a, r, 0); storeLane(b, r, 1); }
export { store_ as store, store_ as storeCanonical, store_ as storeProduct, store_ as storeInteger, load_ as loadInteger };
export function splat(r: usize, a: usize): void { load_(r, a, a); }
export function copy(r: usize, a: usize): void { memory.copy(r, a, 128); }
export { copy as carry };
export function setZero(r: usize): void { memory.fill(r, 0, 128); }
export function setOne(r: usize): void { splat(r, ONE); }
export function mul(r: usize, a: usize, b: usize): void { mulLane(r, a, b, 0); mulLane(r, a, b, 1); }
export function sqr(r: usize, a: usize): void { mul(r, a, a); }
export function add(r: usize, a: usize, b: usize): void { addLane(r, a, b, 0); addLane(r, a, b, 1); }
export function sub(r: usize, a: usize, b: usize): void { subLane(r, a, b, 0); subLane(r, a, b, 1); }
export function dbl(r: usize, a: usize): void { add(r, a, a); }
export function neg(r: usize, a: usize): void { setZero(TMP); sub(r, TMP, a); }
function rawInt(r: usize, lane: i32, i: i32): void {
  memory.fill(TMP, 0, 128);
  put(TMP, lane, 0, i < 0 ? <u64>(-<i64>i) : <u64>i);
  for (let k = 0; k < 8; k++) put(r, lane, k, 0);
  if (i < 0) subLane(r, r, TMP, lane); else addLane(r, r, TMP, lane);
}
function mulConstant(r: usize, a: usize, c: usize): void { splat(TMP, c); mul(r, a, TMP); }
export function fromInts(r: usize, i: i32, j: i32): void { rawInt(r, 0, i); rawInt(r, 1, j); toRadix(r, r); }
export function toRadix(r: usize, a: usize): void { mulConstant(r, a, RADIX2); }
export function fromCanonical(r: usize, a: usize): void { mulConstant(r, a, RADIX2); }
export function toCanonical(r: usize, a: usize): void { mulConstant(r, a, UNIT); }
export function fromMontgomery256(r: usize, a: usize): void { mulConstant(r, a, FROM_256); }
export function toMontgomery256(r: usize, a: usize): void { mulConstant(r, a, TO_256); }
const PRODUCT = memory.data(192, 16);
const INTS = memory.data(192, 16);
export function accClear(acc: usize): void { setZero(acc); }
export function accMul(acc: usize, a: usize, b: usize): void { mul(PRODUCT, a, b); add(acc, acc, PRODUCT); }
export function accMulInt(acc: usize, a: usize, i: i32, j: i32): void {
  rawInt(INTS, 0, i); rawInt(INTS, 1, j); accMul(acc, a, INTS);
}
export function accReduce(r: usize, acc: usize): void { copy(r, acc); }
`;
}
