/**
 * From buckets to one sum per window and bit of the digit, all windows side by side. References as in g1-pairs.ts. Many
 * buckets are first summed by rows and columns, `d = 2^low·row + column`; then `Σ_d d·B_d = Σ_k 2^k·(Σ_{d has bit k} B_d)`.
 */
import { copySigned, G1_BYTES } from "./g1-add";
import { freshPoints, sumSegments } from "./msm-sums";
import { alloc, mark, release } from "./memory";

/** Buckets a window below which rows and columns do not pay. */
const FEW_BUCKETS: i32 = 48;

/** Segments that are being listed: their references and lengths, and what each is for. */
let list: usize = 0;
let lengths: usize = 0;
let purposes: usize = 0;
let listed: i32 = 0;
let segments: i32 = 0;

function openList(references: i32, most: i32): void {
  list = alloc((<usize>references) << 2);
  lengths = alloc((<usize>most) << 2);
  purposes = alloc((<usize>most) << 2);
  listed = 0;
  segments = 0;
}

function append(ref: u32): void {
  store<u32>(list + ((<usize>listed) << 2), ref);
  listed++;
}

function endSegment(length: i32, purpose: i32): void {
  if (length == 0) return;
  store<i32>(lengths + ((<usize>segments) << 2), length);
  store<i32>(purposes + ((<usize>segments) << 2), purpose);
  segments++;
}

/** Afterwards the list holds a reference a segment. */
function sumList(): void {
  sumSegments(list, lengths, segments, alloc(freshPoints(listed) * G1_BYTES), G1_BYTES);
}

/**
 * Writes `bitCount` sums for every window. Bucket i of `count` has the number `ids[i] = span·window + digit - from`;
 * numbers ascend and are overwritten.
 */
export function sumBits(
  out: usize,
  refs: usize,
  ids: usize,
  count: i32,
  windows: i32,
  from: i32,
  span: i32,
  bitCount: i32,
): void {
  const m = mark();
  memory.fill(out, 0, <usize>(windows * bitCount) * G1_BYTES);
  const ends = alloc((<usize>windows) << 2);
  let end = 0;
  for (let w = 0; w < windows; w++) {
    for (; end < count; end++) {
      const id = ids + ((<usize>end) << 2);
      if (load<i32>(id) >= (w + 1) * span) break;
      store<i32>(id, load<i32>(id) - w * span + from);
    }
    store<i32>(ends + ((<usize>w) << 2), end);
  }
  if (count <= FEW_BUCKETS * windows) {
    openList(count * bitCount, windows * bitCount);
    let begin = 0;
    for (let w = 0; w < windows; w++) {
      const last = load<i32>(ends + ((<usize>w) << 2));
      for (let k = 0; k < bitCount; k++) listBit(refs, ids, begin, last, k, w * bitCount + k);
      begin = last;
    }
  } else {
    sumRowsAndColumns(refs, ids, ends, windows, bitCount);
  }
  sumList();
  for (let s: usize = 0; s < (<usize>segments) << 2; s += 4) {
    copySigned(out + <usize>load<i32>(purposes + s) * G1_BYTES, load<u32>(list + s));
  }
  release(m);
}

/** Lists those of `refs[begin .. end)` whose number has bit k. */
function listBit(refs: usize, numbers: usize, begin: i32, end: i32, k: i32, purpose: i32): void {
  const before = listed;
  for (let at = (<usize>begin) << 2; at < (<usize>end) << 2; at += 4) {
    if ((load<i32>(numbers + at) >> k) & 1) append(load<u32>(refs + at));
  }
  endSegment(listed - before, purpose);
}

/** Sums rows and columns of every window, then lists them by bits. */
function sumRowsAndColumns(refs: usize, digits: usize, ends: usize, windows: i32, bitCount: i32): void {
  const low = bitCount >> 1;
  const rows = 1 << (bitCount - low);
  const columns = 1 << low;
  const count = load<i32>(ends + ((<usize>(windows - 1)) << 2));
  const bounds = alloc((<usize>(2 * windows)) << 2);
  openList(2 * count, windows * (rows + columns));
  let begin = 0;
  for (let w = 0; w < windows; w++) {
    const at = (<usize>w) << 2;
    const end = load<i32>(ends + at);
    listGroups(refs, digits, begin, end, low, rows - 1);
    store<i32>(bounds + 2 * at, segments);
    listGroups(refs, digits, begin, end, 0, columns - 1);
    store<i32>(bounds + 2 * at, segments, 4);
    begin = end;
  }
  sumList();
  const sums = list;
  const numbers = purposes;
  openList((bitCount + 1) * segments, windows * bitCount);
  begin = 0;
  for (let w = 0; w < windows; w++) {
    const at = (<usize>w) << 3;
    const middle = load<i32>(bounds + at);
    const end = load<i32>(bounds + at, 4);
    for (let k = low; k < bitCount; k++) listBit(sums, numbers, begin, middle, k - low, w * bitCount + k);
    for (let k = 0; k < low; k++) listBit(sums, numbers, middle, end, k, w * bitCount + k);
    begin = end;
  }
}

/** Lists `refs[begin .. end)` by `(digit >> shift) & mask`, but for the group 0, whose weight is none. */
function listGroups(refs: usize, digits: usize, begin: i32, end: i32, shift: i32, mask: i32): void {
  const m = mark();
  const bytes = (<usize>(mask + 2)) << 2;
  const starts = alloc(bytes);
  memory.fill(starts, 0, bytes);
  const first = (<usize>begin) << 2;
  const last = (<usize>end) << 2;
  for (let at = first; at < last; at += 4) {
    const cell = starts + ((<usize>((load<i32>(digits + at) >> shift) & mask)) << 2);
    store<i32>(cell, load<i32>(cell) + 1);
  }
  for (let k = 1; k <= mask; k++) {
    const cell = starts + ((<usize>k) << 2);
    const length = load<i32>(cell);
    store<i32>(cell, listed);
    listed += length;
    endSegment(length, k);
  }
  for (let at = first; at < last; at += 4) {
    const group = (load<i32>(digits + at) >> shift) & mask;
    if (group == 0) continue;
    const cell = starts + ((<usize>group) << 2);
    const place = load<i32>(cell);
    store<i32>(cell, place + 1);
    store<u32>(list + ((<usize>place) << 2), load<u32>(refs + at));
  }
  release(m);
}
