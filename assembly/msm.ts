/**
 * Multi-scalar multiplication by buckets (Pippenger), one window of signed digits at a time. Scalars come with a bias
 * added, `s + Σ_w 2^(c-1)·2^(cw)`, so that the digit of window w is `((s + bias) >> cw) mod 2^c - 2^(c-1)`: no carries
 * from window to window, and zero has only zero digits.
 */
import * as fq from "./generated/fq";
import { BATCH, POINT_BYTES, expectInfinity, flushAdditions, isInfinity, queueAddition, waiting } from "./g1-batch";
import { alloc, mark, release } from "./memory";

/** A base in a table: packed x, y and -y. */
const BASE_BYTES: usize = 96;
const COORDINATE: usize = 32;

/** Points from a `.ptau` (64 bytes each, Montgomery form with R = 2^256) → a table of bases. */
export function g1Table(table: usize, points: usize, count: i32): void {
  const m = mark();
  const r = alloc(fq.PAIR_BYTES);
  for (let i = 0; i < count; i++) {
    const from = points + POINT_BYTES * i;
    const to = table + BASE_BYTES * i;
    fq.loadInteger(r, from, from + COORDINATE);
    fq.fromMontgomery256(r, r);
    fq.storeProduct(to, to + COORDINATE, r);
    fq.load(r, to + COORDINATE, to + COORDINATE);
    fq.neg(r, r);
    fq.store(to + 2 * COORDINATE, to + 2 * COORDINATE, r);
  }
  release(m);
}

/** Points → the form of a `.ptau`. In place. */
export function g1ToPtau(points: usize, count: i32): void {
  const m = mark();
  const r = alloc(fq.PAIR_BYTES);
  for (let i = 0; i < count; i++) {
    const at = points + POINT_BYTES * i;
    fq.load(r, at, at + COORDINATE);
    fq.toMontgomery256(r, r);
    fq.storeInteger(at, at + COORDINATE, r);
  }
  release(m);
}

/** `out[i] = values[i] + bias`, 64 bits each, from signed 32-bit integers. */
export function msmBiasInts(out: usize, values: usize, count: i32, bias: i64): void {
  for (let i: usize = 0; i < <usize>count; i++) store<i64>(out + 8 * i, <i64>load<i32>(values + 4 * i) + bias);
}

/** `out[i] = values[i] + bias`, 40 bytes each, from 32-byte integers; `bias` has 40 bytes. */
export function msmBiasElements(out: usize, values: usize, count: i32, bias: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    let carry: u64 = 0;
    for (let k: usize = 0; k < 40; k += 8) {
      const addend = load<u64>(bias + k);
      const value: u64 = k < 32 ? load<u64>(values + 32 * i + k) : 0;
      const partial = value + addend;
      const total = partial + carry;
      carry = (<u64>(partial < addend)) | (<u64>(total < carry));
      store<u64>(out + 40 * i + k, total);
    }
  }
}

function digit(scalar: usize, bit: i32, c: i32): i32 {
  const word = load<u64>(scalar + <usize>(bit >> 3)) >> (<u64>(bit & 7));
  return <i32>(word & (((<u64>1) << (<u64>c)) - 1)) - (1 << (c - 1));
}

/**
 * The buckets of one window: `buckets[d] = Σ ±base` over all scalars with digit ±d, for `0 <= d <= 2^(c-1)`, infinity
 * where there is none. `scalars`: biased, `stride` bytes each, readable 8 bytes beyond the last. `mayBeInfinite`: whether
 * infinity may be among the bases.
 */
export function msmBuckets(
  buckets: usize,
  table: usize,
  scalars: usize,
  stride: i32,
  count: i32,
  bit: i32,
  c: i32,
  mayBeInfinite: bool,
): void {
  const m = mark();
  const keys = (1 << (c - 1)) + 1;
  const counts = alloc(4 * <usize>keys);
  const ends = alloc(4 * <usize>keys);
  memory.fill(counts, 0, 4 * <usize>keys);
  for (let i = 0; i < count; i++) {
    const d = digit(scalars + <usize>stride * i, bit, c);
    if (d == 0) continue;
    const at = counts + 4 * <usize>abs(d);
    store<u32>(at, load<u32>(at) + 1);
  }
  const total = startsOf(ends, counts, keys);
  const order = alloc(4 * <usize>total);
  for (let i = 0; i < count; i++) {
    const d = digit(scalars + <usize>stride * i, bit, c);
    if (d == 0) continue;
    const at = ends + 4 * <usize>abs(d);
    const place = load<u32>(at);
    store<u32>(at, place + 1);
    store<u32>(order + 4 * <usize>place, ((<u32>i) << 1) | (<u32>(d < 0)));
  }
  expectInfinity(mayBeInfinite);
  sumByKey(buckets, table, BASE_BYTES, order, total, counts, keys);
  release(m);
}

/**
 * `sums[k] = Σ points[i]` over all i with `(i >> shift) & (keys - 1) = k`, `i < count`; `keys` is a power of two.
 */
export function g1GroupSums(sums: usize, points: usize, count: i32, shift: i32, keys: i32): void {
  const m = mark();
  const counts = alloc(4 * <usize>keys);
  const ends = alloc(4 * <usize>keys);
  memory.fill(counts, 0, 4 * <usize>keys);
  for (let i = 0; i < count; i++) {
    if (isInfinity(points + POINT_BYTES * i)) continue;
    const at = counts + 4 * <usize>((i >> shift) & (keys - 1));
    store<u32>(at, load<u32>(at) + 1);
  }
  const total = startsOf(ends, counts, keys);
  const order = alloc(4 * <usize>total);
  for (let i = 0; i < count; i++) {
    if (isInfinity(points + POINT_BYTES * i)) continue;
    const at = ends + 4 * <usize>((i >> shift) & (keys - 1));
    const place = load<u32>(at);
    store<u32>(at, place + 1);
    store<u32>(order + 4 * <usize>place, (<u32>i) << 1);
  }
  expectInfinity(false);
  sumByKey(sums, points, POINT_BYTES, order, total, counts, keys);
  release(m);
}

/** Where each key's entries start; returns how many there are. */
function startsOf(starts: usize, counts: usize, keys: i32): u32 {
  let total: u32 = 0;
  for (let k: usize = 0; k < <usize>keys; k++) {
    store<u32>(starts + 4 * k, total);
    total += load<u32>(counts + 4 * k);
  }
  return total;
}

/**
 * Sums points by key, all keys side by side: in each round neighbours of one key are added in pairs, which makes long
 * batches of independent additions. `order`: entries `index·2 + sign` grouped by key; `counts` is used up.
 */
function sumByKey(
  sums: usize,
  bases: usize,
  baseBytes: usize,
  order: usize,
  total: u32,
  counts: usize,
  keys: i32,
): void {
  const m = mark();
  const gathered = alloc(2 * POINT_BYTES * <usize>BATCH);
  const halves = POINT_BYTES * <usize>((total >> 1) + min<u32>(total, <u32>keys));
  let from = alloc(halves);
  let to = alloc(halves);
  let entry = order;
  let next = from;
  let longest: u32 = 0;
  for (let k: usize = 0; k < <usize>keys; k++) {
    const count = load<u32>(counts + 4 * k);
    for (let j: u32 = 0; j + 1 < count; j += 2) {
      // Gathered first: many cache misses at once, and nothing waits for them yet.
      const pair = gathered + 2 * POINT_BYTES * <usize>waiting();
      gather(pair, bases, baseBytes, load<u32>(entry));
      gather(pair + POINT_BYTES, bases, baseBytes, load<u32>(entry, 4));
      queueAddition(next, pair, pair + POINT_BYTES);
      next += POINT_BYTES;
      entry += 8;
    }
    if (count & 1) {
      gather(next, bases, baseBytes, load<u32>(entry));
      next += POINT_BYTES;
      entry += 4;
    }
    const left = (count + 1) >> 1;
    store<u32>(counts + 4 * k, left);
    longest = max<u32>(longest, left);
  }
  flushAdditions();
  while (longest > 1) {
    let source = from;
    next = to;
    longest = 0;
    for (let k: usize = 0; k < <usize>keys; k++) {
      const count = load<u32>(counts + 4 * k);
      for (let j: u32 = 0; j + 1 < count; j += 2) {
        queueAddition(next, source, source + POINT_BYTES);
        next += POINT_BYTES;
        source += 2 * POINT_BYTES;
      }
      if (count & 1) {
        memory.copy(next, source, POINT_BYTES);
        next += POINT_BYTES;
        source += POINT_BYTES;
      }
      const left = (count + 1) >> 1;
      store<u32>(counts + 4 * k, left);
      longest = max<u32>(longest, left);
    }
    flushAdditions();
    const emptied = from;
    from = to;
    to = emptied;
  }
  for (let k: usize = 0; k < <usize>keys; k++) {
    const sum = sums + POINT_BYTES * k;
    if (load<u32>(counts + 4 * k) == 0) memory.fill(sum, 0, POINT_BYTES);
    else {
      memory.copy(sum, from, POINT_BYTES);
      from += POINT_BYTES;
    }
  }
  release(m);
}

/** One base, its y negated if the entry says so. */
function gather(to: usize, bases: usize, baseBytes: usize, entry: u32): void {
  const base = bases + baseBytes * <usize>(entry >> 1);
  const y = base + COORDINATE + COORDINATE * <usize>(entry & 1);
  v128.store(to, v128.load(base));
  v128.store(to, v128.load(base, 16), 16);
  v128.store(to, v128.load(y), 32);
  v128.store(to, v128.load(y, 16), 48);
}
