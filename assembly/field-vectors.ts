/**
 * Vectors of packed field elements: 32 bytes each, one after the other. `out` may be any of the inputs. Every loop
 * takes two elements at a time; the last of an odd number goes through both lanes.
 */
import * as fr from "./generated/fr";
import * as fq from "./generated/fq";
import { alloc, mark, release } from "./memory";

const ELEMENT_BYTES: usize = 32;

/** Canonical 32-byte little-endian integers below the order → packed. */
export function frFromCanonical(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(fr.PAIR_BYTES);
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fr.loadInteger(r, values + a, values + b);
    fr.fromCanonical(r, r);
    fr.storeProduct(out + a, out + b, r);
  }
  release(m);
}

/** Packed → canonical 32-byte little-endian integers below the order. */
export function frToCanonical(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(fr.PAIR_BYTES);
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fr.load(r, values + a, values + b);
    fr.toCanonical(r, r);
    fr.storeInteger(out + a, out + b, r);
  }
  release(m);
}

/** Signed 32-bit integers → packed. */
export function frFromInts(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(fr.PAIR_BYTES);
  for (let i = 0; i < count; i += 2) {
    const j = i + 1 < count ? i + 1 : i;
    fr.fromInts(r, load<i32>(values + 4 * i), load<i32>(values + 4 * j));
    fr.storeProduct(out + ELEMENT_BYTES * i, out + ELEMENT_BYTES * j, r);
  }
  release(m);
}

/** Canonical 32-byte little-endian integers below the order → packed. */
export function fqFromCanonical(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(fq.PAIR_BYTES);
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fq.loadInteger(r, values + a, values + b);
    fq.fromCanonical(r, r);
    fq.storeProduct(out + a, out + b, r);
  }
  release(m);
}

/** Packed → canonical 32-byte little-endian integers below the order. */
export function fqToCanonical(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(fq.PAIR_BYTES);
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fq.load(r, values + a, values + b);
    fq.toCanonical(r, r);
    fq.storeInteger(out + a, out + b, r);
  }
  release(m);
}

/** Coordinates as in `.ptau` files (Montgomery form, R = 2^256, below the order) → packed. */
export function fqFromMontgomery256(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(fq.PAIR_BYTES);
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fq.loadInteger(r, values + a, values + b);
    fq.fromMontgomery256(r, r);
    fq.storeProduct(out + a, out + b, r);
  }
  release(m);
}

/** Packed → coordinates as in `.ptau` files, below the order. */
export function fqToMontgomery256(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(fq.PAIR_BYTES);
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fq.load(r, values + a, values + b);
    fq.toMontgomery256(r, r);
    fq.storeInteger(out + a, out + b, r);
  }
  release(m);
}

/** Packed → packed and below the order, still Montgomery: equal elements get equal bytes. */
export function frReduceVector(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(fr.PAIR_BYTES);
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fr.load(r, values + a, values + b);
    fr.storeCanonical(out + a, out + b, r);
  }
  release(m);
}

/** Element by element: `out = x·y`. */
export function frMulVectors(out: usize, x: usize, y: usize, count: i32): void {
  const m = mark();
  const r = alloc(2 * fr.PAIR_BYTES);
  const s = r + fr.PAIR_BYTES;
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fr.load(r, x + a, x + b);
    fr.load(s, y + a, y + b);
    fr.mul(r, r, s);
    fr.storeProduct(out + a, out + b, r);
  }
  release(m);
}

/** Element by element: `out = x + y`. */
export function frAddVectors(out: usize, x: usize, y: usize, count: i32): void {
  const m = mark();
  const r = alloc(2 * fr.PAIR_BYTES);
  const s = r + fr.PAIR_BYTES;
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fr.load(r, x + a, x + b);
    fr.load(s, y + a, y + b);
    fr.add(r, r, s);
    fr.store(out + a, out + b, r);
  }
  release(m);
}

/** Element by element: `out = x - y`. */
export function frSubVectors(out: usize, x: usize, y: usize, count: i32): void {
  const m = mark();
  const r = alloc(2 * fr.PAIR_BYTES);
  const s = r + fr.PAIR_BYTES;
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fr.load(r, x + a, x + b);
    fr.load(s, y + a, y + b);
    fr.sub(r, r, s);
    fr.store(out + a, out + b, r);
  }
  release(m);
}

/** Element by element: `out = x·y`. */
export function fqMulVectors(out: usize, x: usize, y: usize, count: i32): void {
  const m = mark();
  const r = alloc(2 * fq.PAIR_BYTES);
  const s = r + fq.PAIR_BYTES;
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fq.load(r, x + a, x + b);
    fq.load(s, y + a, y + b);
    fq.mul(r, r, s);
    fq.storeProduct(out + a, out + b, r);
  }
  release(m);
}
