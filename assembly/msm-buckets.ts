/** From a window's buckets to one sum per bit of the digit. References as in g1-pairs.ts. */
import { copySigned, G1_BYTES } from "./g1-add";
import { freshPoints, sumSegments } from "./msm-sums";
import { alloc, mark, release } from "./memory";

/** Buckets below which rows and columns do not pay. */
const FEW_BUCKETS: i32 = 48;

/**
 * `out[k] = Σ` of the buckets whose digit has bit k, for `bitCount` bits; digits ascend. Many buckets are first summed by
 * rows and columns, `d = 2^low·row + column`.
 */
export function sumWindow(out: usize, refs: usize, digits: usize, count: i32, bitCount: i32): void {
  if (count <= FEW_BUCKETS) {
    sumByBits(out, refs, digits, count, 0, bitCount);
    return;
  }
  const m = mark();
  const low = bitCount >> 1;
  const columns = 1 << low;
  const rows = 1 << (bitCount - low);
  const lengths = alloc((<usize>(rows + columns)) << 2);
  const numbers = alloc((<usize>(rows + columns)) << 2);
  const all = alloc((<usize>count) << 3);
  // Digits ascend: rows are contiguous.
  const rowCount = group(all, lengths, numbers, refs, digits, count, low, 0, rows);
  const offset = (<usize>rowCount) << 2;
  const columnRefs = all + ((<usize>count) << 2);
  const columnCount = group(
    columnRefs,
    lengths + offset,
    numbers + offset,
    refs,
    digits,
    count,
    0,
    columns - 1,
    columns,
  );
  sumSegments(all, lengths, rowCount + columnCount, alloc(freshPoints(2 * count) * G1_BYTES), G1_BYTES);
  sumByBits(out + <usize>low * G1_BYTES, all, numbers, rowCount, 0, bitCount - low);
  sumByBits(out, all + offset, numbers + offset, columnCount, 0, low);
  release(m);
}

/** Sorts references by `digit >> shift` (or `digit & mask` if there is a mask) below `size`; returns how many occur. */
function group(
  to: usize,
  lengths: usize,
  numbers: usize,
  refs: usize,
  digits: usize,
  count: i32,
  shift: i32,
  mask: i32,
  size: i32,
): i32 {
  const m = mark();
  const starts = alloc((<usize>size) << 2);
  memory.fill(starts, 0, (<usize>size) << 2);
  const all = mask == 0 ? -1 : mask;
  const end = (<usize>count) << 2;
  for (let i: usize = 0; i < end; i += 4) {
    const cell = starts + ((<usize>((load<i32>(digits + i) >> shift) & all)) << 2);
    store<i32>(cell, load<i32>(cell) + 1);
  }
  let sum = 0;
  let found = 0;
  for (let k = 0; k < size; k++) {
    const cell = starts + ((<usize>k) << 2);
    const length = load<i32>(cell);
    store<i32>(cell, sum);
    sum += length;
    if (length == 0) continue;
    store<i32>(lengths + ((<usize>found) << 2), length);
    store<i32>(numbers + ((<usize>found) << 2), k);
    found++;
  }
  for (let i: usize = 0; i < end; i += 4) {
    const cell = starts + ((<usize>((load<i32>(digits + i) >> shift) & all)) << 2);
    const place = load<i32>(cell);
    store<i32>(cell, place + 1);
    store<u32>(to + ((<usize>place) << 2), load<u32>(refs + i));
  }
  release(m);
  return found;
}

/** `out[k] = Σ` of the references whose number has bit k. */
function sumByBits(out: usize, refs: usize, numbers: usize, count: i32, firstBit: i32, bitCount: i32): void {
  const m = mark();
  const list = alloc((<usize>(count * bitCount)) << 2);
  const lengths = alloc((<usize>bitCount) << 2);
  const bitsOf = alloc((<usize>bitCount) << 2);
  let filled = 0;
  let found = 0;
  for (let k = firstBit; k < bitCount; k++) {
    const begin = filled;
    for (let i = 0; i < count; i++) {
      const at = (<usize>i) << 2;
      if (((load<i32>(numbers + at) >> k) & 1) == 0) continue;
      store<u32>(list + ((<usize>filled) << 2), load<u32>(refs + at));
      filled++;
    }
    memory.fill(out + <usize>k * G1_BYTES, 0, G1_BYTES);
    if (filled == begin) continue;
    store<i32>(lengths + ((<usize>found) << 2), filled - begin);
    store<i32>(bitsOf + ((<usize>found) << 2), k);
    found++;
  }
  sumSegments(list, lengths, found, alloc(freshPoints(filled) * G1_BYTES), G1_BYTES);
  for (let s = 0; s < found; s++) {
    const at = (<usize>s) << 2;
    copySigned(out + <usize>load<i32>(bitsOf + at) * G1_BYTES, load<u32>(list + at));
  }
  release(m);
}
