/**
 * Multi-scalar multiplication by windows: the points of every (window, digit) bucket are summed, then the buckets of a
 * window to one sum per bit of the digit, `Σ_d d·bucket[d] = Σ_k 2^k·(Σ_{d has bit k} bucket[d])`. Many buckets are first
 * summed by rows and columns, `d = 2^h·row + column`.
 *
 * Scalars are 32-bit or 64-bit signed integers or 256-bit unsigned ones. A window's digit is
 * `((scalar + offset) >> shift) mod 2^bits - 2^(bits-1)`, where the offset has `2^(bits-1)` in every window but the last;
 * the last window takes all bits that are left, as they are.
 */
import { G1_BYTES } from "./g1-add";
import { sumBits } from "./msm-buckets";
import { assumeInfinity, freshPoints, sumSegments } from "./msm-sums";
import { alloc, mark, release } from "./memory";

/** Scalars with their offset already added: widths in bytes. */
const NARROW: i32 = 4;
const WIDE: i32 = 8;

/** Which digits: windows `first` to `first + windows - 1`, of which the last has no bits above it if `open`. */
let width: i32 = 0;
let windowBits: i32 = 0;
let half: i32 = 0;
let openWindow: i32 = 0;

/** A digit of the scalar at an address. */
function digitAt(at: usize, window: i32): i32 {
  const shift = window * windowBits;
  const open = window == openWindow;
  if (width == NARROW) {
    const value = load<i32>(at) >> shift;
    return open ? value : (value & (2 * half - 1)) - half;
  }
  if (width == WIDE) {
    const value = <i32>(load<i64>(at) >> shift);
    return open ? value : (value & (2 * half - 1)) - half;
  }
  const word = at + ((<usize>(shift >> 6)) << 3);
  const low = shift & 63;
  let bits = load<u64>(word) >> low;
  if (low + windowBits > 64 && shift < 192) bits |= load<u64>(word, 8) << (64 - low);
  const value = <i32>bits;
  return open ? value : (value & (2 * half - 1)) - half;
}

/**
 * Windows `first` to `first + windows - 1` of `scalars·points`, digits of magnitude in [from, to) alone. `scalars`:
 * `bytes` each, offset added; `last` is the number of the window that takes all bits left. Writes, for every window,
 * `bitCount` points, the sums for the digits' bits, constant first; infinity where there is none. `mayBeInfinite`:
 * whether points at infinity are among the points.
 */
export function msmWindows(
  out: usize,
  points: usize,
  scalars: usize,
  count: i32,
  bytes: i32,
  bits: i32,
  first: i32,
  windows: i32,
  last: i32,
  from: i32,
  to: i32,
  bitCount: i32,
  mayBeInfinite: bool,
): void {
  const m = mark();
  assumeInfinity(mayBeInfinite);
  width = bytes;
  windowBits = bits;
  half = 1 << (bits - 1);
  openWindow = last;
  const span = to - from;
  const buckets = span * windows;
  const starts = alloc((<usize>buckets + 1) << 2);
  memory.fill(starts, 0, (<usize>buckets + 1) << 2);
  const used = countDigits(starts, scalars, count, first, windows, from, span);

  // Counting sort: `starts` turns from counts into the places where each bucket's next reference goes.
  let sum = 0;
  let segments = 0;
  for (let k = 0; k < buckets; k++) {
    const at = starts + ((<usize>k) << 2);
    const length = load<i32>(at);
    if (length != 0) segments++;
    store<i32>(at, sum);
    sum += length;
  }
  const refs = alloc((<usize>used) << 2);
  const lengths = alloc((<usize>segments) << 2);
  const ids = alloc((<usize>segments) << 2);
  sortReferences(refs, starts, scalars, points, count, first, windows, from, span);
  // Every bucket's start is now its end.
  let before = 0;
  let segment: usize = 0;
  for (let k = 0; k < buckets; k++) {
    const end = load<i32>(starts + ((<usize>k) << 2));
    if (end == before) continue;
    store<i32>(lengths + segment, end - before);
    store<i32>(ids + segment, k);
    segment += 4;
    before = end;
  }
  sumSegments(refs, lengths, segments, alloc(freshPoints(used) * G1_BYTES), G1_BYTES);
  sumBits(out, refs, ids, segments, windows, from, span, bitCount);
  release(m);
}

function countDigits(starts: usize, scalars: usize, count: i32, first: i32, windows: i32, from: i32, span: i32): i32 {
  let used = 0;
  for (let w = 0; w < windows; w++) {
    let at = scalars;
    const row = starts + ((<usize>(w * span)) << 2);
    for (let i = 0; i < count; i++, at += width) {
      const digit = digitAt(at, first + w);
      const d = (digit < 0 ? -digit : digit) - from;
      if (digit == 0 || <u32>d >= <u32>span) continue;
      const cell = row + ((<usize>d) << 2);
      store<i32>(cell, load<i32>(cell) + 1);
      used++;
    }
  }
  return used;
}

function sortReferences(
  refs: usize,
  starts: usize,
  scalars: usize,
  points: usize,
  count: i32,
  first: i32,
  windows: i32,
  from: i32,
  span: i32,
): void {
  for (let w = 0; w < windows; w++) {
    let at = scalars;
    const row = starts + ((<usize>(w * span)) << 2);
    let point = <u32>points;
    for (let i = 0; i < count; i++, at += width, point += <u32>G1_BYTES) {
      const digit = digitAt(at, first + w);
      const d = (digit < 0 ? -digit : digit) - from;
      if (digit == 0 || <u32>d >= <u32>span) continue;
      const cell = row + ((<usize>d) << 2);
      const place = load<i32>(cell);
      store<i32>(cell, place + 1);
      store<u32>(refs + ((<usize>place) << 2), point | (<u32>(digit < 0)));
    }
  }
}
