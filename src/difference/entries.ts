import type { IntVector } from "../kernels/backend.js";

/** The first entry outside `[-half, half)`, or -1. */
export function firstOutside(values: IntVector, half: number): number {
  let least = 0;
  let most = 0;
  for (let x = 0; x < values.length; x++) {
    const value = values[x] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least >= -half && most < half) return -1;
  return (values as Float64Array).findIndex((value) => value < -half || value >= half);
}

/** A block of this many squares of at most `2^(53 - 15)` has a sum that a double holds exactly. */
const BLOCK = 2 ** 15;
const EXACT_MAGNITUDE = 2 ** 19;

/** `Σ E²`, exact. One pass in doubles, a bigint a block of 2^15; entries beyond ±2^19 (no honest ones) one by one. */
export function sumOfSquares(entries: Int32Array): bigint {
  let total = 0n;
  for (let start = 0; start < entries.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, entries.length);
    let sum = 0;
    let largest = 0;
    for (let x = start; x < end; x++) {
      const entry = entries[x] as number;
      sum += entry * entry;
      largest = Math.max(largest, Math.abs(entry));
    }
    if (largest <= EXACT_MAGNITUDE) total += BigInt(sum);
    else for (const entry of entries.subarray(start, end)) total += BigInt(entry) * BigInt(entry);
  }
  return total;
}

/** Adds to `counts[x]` how often `x - counts.length/2` occurs. Entries must lie in that range. */
export function countEntries(entries: Int32Array, counts: Int32Array): void {
  const half = counts.length / 2;
  let zeros = 0;
  for (let x = 0; x < entries.length; x++) {
    const entry = entries[x] as number;
    // Most entries are zero: one counter in memory would wait for itself.
    if (entry === 0) zeros++;
    else counts[entry + half] = (counts[entry + half] as number) + 1;
  }
  counts[half] = (counts[half] as number) + zeros;
}
