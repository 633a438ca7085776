/**
 * Multiples of one point of G1 or G2, many at a time. Row w of a table holds `d·2^(bits·w)·base` for digits
 * `1 <= d <= 2^(bits-1)`; a multiple is the sum of one entry a row, negative for negative digits, and all multiples are
 * summed side by side as segments (msm-sums.ts). `pointBytes` tells the group.
 */
import * as fq from "./generated/fq";
import * as fr from "./generated/fr";
import { copySigned, G1_BYTES } from "./g1-add";
import { copySigned2 } from "./g2-add";
import { addBatch, assumeInfinity, BATCH, batchScratchBytes, freshPoints, sumSegments } from "./msm-sums";
import { alloc, mark, release } from "./memory";

/** Fills `rows` rows. `base`: packed, finite. */
export function fixedBaseTable(table: usize, base: usize, rows: i32, bits: i32, pointBytes: usize): void {
  const m = mark();
  const arrayBytes = (<usize>BATCH + 2) << 2;
  const a = alloc(arrayBytes);
  const b = alloc(arrayBytes);
  const out = alloc(arrayBytes);
  const scratch = alloc(batchScratchBytes(pointBytes));
  assumeInfinity(false);
  const size = 1 << (bits - 1);
  memory.copy(table, base, pointBytes);
  let row = table;
  for (let r = 0; r < rows; r++) {
    // Entries 1 to `known` plus entry `known` are as many again.
    for (let known = 1; known < size; known <<= 1) {
      const last = row + <usize>(known - 1) * pointBytes;
      addOne(last, last, last + <usize>known * pointBytes, a, b, out, scratch, pointBytes);
      for (let from = 0; from < known - 1; from += BATCH) {
        const count = min<i32>(BATCH, known - 1 - from);
        for (let i = 0; i < count; i++) {
          const entry = row + <usize>(from + i) * pointBytes;
          const at = (<usize>i) << 2;
          store<u32>(a + at, <u32>entry);
          store<u32>(b + at, <u32>last);
          store<u32>(out + at, <u32>(entry + <usize>known * pointBytes));
        }
        addBatch(a, b, out, count, scratch, pointBytes);
      }
    }
    const next = row + <usize>size * pointBytes;
    const largest = next - pointBytes;
    if (r + 1 < rows) addOne(largest, largest, next, a, b, out, scratch, pointBytes);
    row = next;
  }
  release(m);
}

function addOne(
  x: usize,
  y: usize,
  sum: usize,
  a: usize,
  b: usize,
  out: usize,
  scratch: usize,
  pointBytes: usize,
): void {
  store<u32>(a, <u32>x);
  store<u32>(b, <u32>y);
  store<u32>(out, <u32>sum);
  addBatch(a, b, out, 1, scratch, pointBytes);
}

/**
 * `out[i] = scalars[i]·base`, coordinates in Montgomery form with R = 2^256, below the order; infinity is all zeros.
 * `scalars`: 32 bytes each, with `2^(bits-1)` added in every row but the last, whose digit is not negative.
 */
export function fixedBaseMultiply(
  out: usize,
  table: usize,
  rows: i32,
  bits: i32,
  scalars: usize,
  count: i32,
  pointBytes: usize,
): void {
  const m = mark();
  assumeInfinity(false);
  const refs = alloc((<usize>(count * rows)) << 2);
  const lengths = alloc((<usize>count) << 2);
  const multiples = alloc((<usize>count) << 2);
  const rowBytes = ((<usize>1) << (bits - 1)) * pointBytes;
  let filled: usize = 0;
  let segments: usize = 0;
  for (let i = 0; i < count; i++) {
    const before = filled;
    const scalar = scalars + ((<usize>i) << 5);
    let row = table - pointBytes;
    for (let r = 0; r < rows; r++, row += rowBytes) {
      const digit = digitOf(scalar, r * bits, bits, r == rows - 1);
      if (digit == 0) continue;
      const entry = row + <usize>(digit < 0 ? -digit : digit) * pointBytes;
      store<u32>(refs + filled, (<u32>entry) | (<u32>(digit < 0)));
      filled += 4;
    }
    if (filled == before) continue;
    store<i32>(lengths + segments, <i32>((filled - before) >> 2));
    store<i32>(multiples + segments, i);
    segments += 4;
  }
  sumSegments(refs, lengths, <i32>(segments >> 2), alloc(freshPoints(<i32>(filled >> 2)) * pointBytes), pointBytes);
  memory.fill(out, 0, <usize>count * pointBytes);
  for (let s: usize = 0; s < segments; s += 4) {
    const to = out + <usize>load<i32>(multiples + s) * pointBytes;
    if (pointBytes == G1_BYTES) copySigned(to, load<u32>(refs + s));
    else copySigned2(to, load<u32>(refs + s));
  }
  toMontgomery256(out, <usize>count * pointBytes);
  release(m);
}

function digitOf(scalar: usize, shift: i32, bits: i32, open: bool): i32 {
  const word = scalar + ((<usize>(shift >> 6)) << 3);
  const low = shift & 63;
  let value = load<u64>(word) >> low;
  if (low + bits > 64 && shift < 192) value |= load<u64>(word, 8) << (64 - low);
  return open ? <i32>value : ((<i32>value) & ((1 << bits) - 1)) - (1 << (bits - 1));
}

/** Packed coordinates, in place. Points have an even number of them. */
function toMontgomery256(at: usize, bytes: usize): void {
  const m = mark();
  const r = alloc(fq.PAIR_BYTES);
  for (const end = at + bytes; at < end; at += 64) {
    fq.load(r, at, at + 32);
    fq.toMontgomery256(r, r);
    fq.storeInteger(at, at + 32, r);
  }
  release(m);
}

/** `out[i] = first·ratio^i`, packed; `out` has room for an even number. */
export function frPowers(out: usize, first: usize, ratio: usize, count: i32): void {
  const m = mark();
  const power = alloc(3 * fr.PAIR_BYTES);
  const square = power + fr.PAIR_BYTES;
  const second = square + fr.PAIR_BYTES;
  fr.splat(power, first);
  fr.splat(square, ratio);
  fr.mul(second, power, square);
  fr.storeProduct(out + 32, out + 32, second);
  fr.load(power, first, out + 32);
  fr.sqr(square, square);
  const end = out + ((<usize>count) << 5);
  for (let at = out; at < end; at += 64) {
    fr.store(at, at + 32, power);
    fr.mul(power, power, square);
  }
  release(m);
}
