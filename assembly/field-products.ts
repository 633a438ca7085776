/**
 * Sums of products over vectors of packed elements, through every product operation of the field layer and at its
 * limits: one lazy sum in both factors, 64 products or 256 integer products between reductions.
 */
import * as fq from "./generated/fq";
import * as fr from "./generated/fr";
import { alloc, mark, release } from "./memory";

const ELEMENT_BYTES: usize = 32;
const PRODUCTS: i32 = 64;
const INTEGER_PRODUCTS: i32 = 256;

/** `out[i] = (x[i] + y[i])²·(x[i] - y[i])·(x[i] + y[i])`. */
export function frLazyProducts(out: usize, x: usize, y: usize, count: i32): void {
  const m = mark();
  const r = alloc(3 * fr.PAIR_BYTES);
  const s = r + fr.PAIR_BYTES;
  const t = s + fr.PAIR_BYTES;
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fr.load(r, x + a, x + b);
    fr.load(s, y + a, y + b);
    fr.add(t, r, s);
    fr.sub(s, r, s);
    fr.sqr(r, t);
    fr.mul(s, s, t);
    fr.mul(r, r, s);
    fr.store(out + a, out + b, r);
  }
  release(m);
}

/** As `frLazyProducts`, in the base field. */
export function fqLazyProducts(out: usize, x: usize, y: usize, count: i32): void {
  const m = mark();
  const r = alloc(3 * fq.PAIR_BYTES);
  const s = r + fq.PAIR_BYTES;
  const t = s + fq.PAIR_BYTES;
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fq.load(r, x + a, x + b);
    fq.load(s, y + a, y + b);
    fq.add(t, r, s);
    fq.sub(s, r, s);
    fq.sqr(r, t);
    fq.mul(s, s, t);
    fq.mul(r, r, s);
    fq.store(out + a, out + b, r);
  }
  release(m);
}

/** `out[i] = 2·(x[i] + y[i])²`, as the sum of two products with one reduction. */
export function frLazyProductSums(out: usize, x: usize, y: usize, count: i32): void {
  const m = mark();
  const r = alloc(2 * fr.PAIR_BYTES);
  const s = r + fr.PAIR_BYTES;
  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
    fr.load(r, x + a, x + b);
    fr.load(s, y + a, y + b);
    fr.add(r, r, s);
    fr.mulAdd(r, r, r, r, r);
    fr.storeProduct(out + a, out + b, r);
  }
  release(m);
}

/** One element at `out`: `Σ (x[i] + y[i])·(x[i] + y[i])`. */
export function frSumOfSquares(out: usize, x: usize, y: usize, count: i32): void {
  const m = mark();
  const r = alloc(3 * fr.PAIR_BYTES + fr.WIDE_BYTES);
  const s = r + fr.PAIR_BYTES;
  const sum = s + fr.PAIR_BYTES;
  const acc = sum + fr.PAIR_BYTES;
  fr.setZero(sum);
  for (let from = 0; from < count; from += PRODUCTS) {
    fr.accClear(acc);
    for (let i = from; i < min(from + PRODUCTS, count); i++) {
      const a = ELEMENT_BYTES * i;
      fr.load(r, x + a, x + a);
      fr.load(s, y + a, y + a);
      fr.add(r, r, s);
      fr.accMul(acc, r, r);
    }
    fr.accReduce(r, acc);
    fr.add(sum, sum, r);
    fr.carry(sum, sum);
  }
  fr.store(out, out, sum);
  release(m);
}

/** One element at `out`: `Σ (x[i] + y[i])·ints[i]`. */
export function frSumWithInts(out: usize, x: usize, y: usize, ints: usize, count: i32): void {
  const m = mark();
  const r = alloc(3 * fr.PAIR_BYTES + fr.WIDE_BYTES);
  const s = r + fr.PAIR_BYTES;
  const sum = s + fr.PAIR_BYTES;
  const acc = sum + fr.PAIR_BYTES;
  fr.setZero(sum);
  for (let from = 0; from < count; from += INTEGER_PRODUCTS) {
    fr.accClear(acc);
    for (let i = from; i < min(from + INTEGER_PRODUCTS, count); i++) {
      const a = ELEMENT_BYTES * i;
      const int = load<i32>(ints + 4 * i);
      fr.load(r, x + a, x + a);
      fr.load(s, y + a, y + a);
      fr.add(r, r, s);
      fr.accMulInt(acc, r, int, int);
    }
    fr.accReduce(r, acc);
    fr.add(sum, sum, r);
    fr.carry(sum, sum);
  }
  fr.toRadix(sum, sum);
  fr.storeProduct(out, out, sum);
  release(m);
}
