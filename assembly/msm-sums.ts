/**
 * Sums of segments of points: pairwise trees over all segments at once, so that every round is a few large batches of
 * additions. References as in g1-pairs.ts; `pointBytes` tells the group.
 */
import { g1AddBatch, g1AddBatchChecked, g1ScratchBytes } from "./g1-add";
import { g2AddBatch, g2ScratchBytes, G2_BYTES } from "./g2-add";
import { alloc, mark, release } from "./memory";

/** Additions that share an inversion. */
export const BATCH: i32 = 2048;

/** Once there is a point at infinity every batch is a checked one. */
let hasInfinity: bool = false;

export function assumeInfinity(value: bool): void {
  hasInfinity = value;
}

export function meetsInfinity(): bool {
  return hasInfinity;
}

/** `out[i] = a[i] + b[i]`, any points. */
export function addBatch(a: usize, b: usize, out: usize, count: i32, scratch: usize, pointBytes: usize): void {
  if (count == 0) return;
  if (pointBytes == G2_BYTES) {
    if (g2AddBatch(a, b, out, count, scratch, hasInfinity)) hasInfinity = true;
    return;
  }
  if (!hasInfinity && g1AddBatch(a, b, out, count, scratch)) return;
  if (g1AddBatchChecked(a, b, out, count, scratch)) hasInfinity = true;
}

/** Bytes for the largest batch in that group. */
export function batchScratchBytes(pointBytes: usize): usize {
  return pointBytes == G2_BYTES ? g2ScratchBytes(BATCH) : g1ScratchBytes(BATCH);
}

/** Points that the sums of segments with `refs` references in all need at `fresh`. */
export function freshPoints(refs: i32): usize {
  return <usize>((refs >> 1) + 1);
}

/**
 * Leaves in `refs[s]` a reference to the sum of segment s. Segment s has `lengths[s] >= 1` references, one segment
 * after the other; `lengths` ends as ones. Sums are written to `fresh`, which none of the references points into.
 */
export function sumSegments(refs: usize, lengths: usize, segments: i32, fresh: usize, pointBytes: usize): void {
  const m = mark();
  const arrayBytes = (<usize>BATCH + 2) << 2;
  const a = alloc(arrayBytes);
  const b = alloc(arrayBytes);
  const out = alloc(arrayBytes);
  const scratch = alloc(batchScratchBytes(pointBytes));
  const gathered = alloc(2 * <usize>BATCH * pointBytes);
  let next = fresh;
  let first = true;
  let longest = 2;
  while (longest > 1) {
    longest = 1;
    let from = refs;
    let to = refs;
    let filled: usize = 0;
    for (let s = 0; s < segments; s++) {
      const at = lengths + ((<usize>s) << 2);
      const length = load<i32>(at);
      for (let left = length; left > 1; left -= 2, from += 8, to += 4) {
        const x = load<u32>(from);
        const y = load<u32>(from, 4);
        let target: u32 = <u32>next;
        if (first) next += pointBytes;
        else target = x >= <u32>fresh && x < <u32>next ? x : y;
        // Gathered first: many cache misses at once, and nothing waits for them yet.
        const copy = gathered + (filled >> 1) * pointBytes;
        store<u32>(a + filled, gather(copy, x, pointBytes));
        store<u32>(b + filled, gather(copy + pointBytes, y, pointBytes));
        store<u32>(out + filled, target);
        store<u32>(to, target);
        filled += 4;
        if (filled == (<usize>BATCH) << 2) {
          addBatch(a, b, out, BATCH, scratch, pointBytes);
          filled = 0;
        }
      }
      if ((length & 1) != 0) {
        store<u32>(to, load<u32>(from));
        from += 4;
        to += 4;
      }
      const rest = (length + 1) >> 1;
      store<i32>(at, rest);
      if (rest > longest) longest = rest;
    }
    addBatch(a, b, out, <i32>(filled >> 2), scratch, pointBytes);
    first = false;
  }
  release(m);
}

/** Copies a point; returns the reference to the copy. */
function gather(to: usize, ref: u32, pointBytes: usize): u32 {
  const from = <usize>(ref & ~1);
  for (let k: usize = 0; k < pointBytes; k += 64) {
    v128.store(to + k, v128.load(from + k));
    v128.store(to + k, v128.load(from + k, 16), 16);
    v128.store(to + k, v128.load(from + k, 32), 32);
    v128.store(to + k, v128.load(from + k, 48), 48);
  }
  return (<u32>to) | (ref & 1);
}
