import { bn254 } from "@noble/curves/bn254.js";
import { G1_INFINITY, type G1 } from "../../algebra/g1.js";
import { readUint256LE, viewOf } from "../../algebra/little-endian.js";
import { G1_BYTES } from "../../algebra/montgomery.js";
import type { FrVector, IntVector } from "../backend.js";
import { planElements, planIntegers, type WindowPlan } from "./msm-plan.js";
import type { Pool } from "./pool.js";
import { sharedBytes } from "../shared-array.js";
import { msmWindowSums, type MsmInput } from "./tasks/msm.js";
import type { PointSet } from "./tasks/msm-points.js";
import { bytesOf, isIntVector, sharedVector } from "./vectors.js";

const Point = bn254.G1.Point;

/** Nonzeros from which a window is cut into ranges of buckets for several threads. */
const SMALLEST_SPLIT = 1 << 13;
const SAMPLES = 1 << 11;

/** A range of windows and of their digits' magnitudes. */
type Part = Pick<MsmInput, "first" | "windows" | "from" | "to" | "bitCount">;

/**
 * `Σ scalars[i]·powers[i]` on a pool. Every thread keeps the points, 64 bytes each, converted once; the array is
 * recognized when it comes again, so its contents never change.
 * @throws RangeError for fewer points than scalars
 */
export async function msm(pool: Pool, powers: Uint8Array, scalars: IntVector | FrVector): Promise<G1> {
  const count = scalars.length;
  if (powers.length < G1_BYTES * count) {
    throw new RangeError(`msm: ${count} scalars but only ${powers.length / G1_BYTES} points`);
  }
  if (count === 0) return G1_INFINITY;
  let plan: WindowPlan;
  let parts: Part[];
  if (isIntVector(scalars)) {
    const { nonzeros, largest } = extent(scalars);
    if (nonzeros === 0) return G1_INFINITY;
    plan = planIntegers(nonzeros, BigInt(largest));
    parts = integerParts(plan, scalars, nonzeros >= SMALLEST_SPLIT ? pool.jobs : 1);
  } else {
    plan = planElements(count);
    parts = elementParts(plan, pool.jobs);
  }
  const shared = {
    points: pointSet(powers),
    scalars: isIntVector(scalars) ? sharedVector(scalars) : bytesOf(scalars, pool),
    offset: plan.offset,
    windowBits: plan.windowBits,
    last: plan.windows - 1,
  };
  const sums = await Promise.all(parts.map((part) => pool.run(msmWindowSums, { ...shared, ...part })));
  return combine(plan.windowBits, parts, sums);
}

function extent(scalars: IntVector): { readonly nonzeros: number; readonly largest: number } {
  let largest = 0;
  let nonzeros = 0;
  for (let i = 0; i < scalars.length; i++) {
    const value = scalars[i] ?? 0;
    if (value === 0) continue;
    nonzeros++;
    if (value > largest) largest = value;
    else if (-value > largest) largest = -value;
  }
  return { nonzeros, largest };
}

const bitLength = (value: number): number => Math.max(1, Math.ceil(Math.log2(value + 1)));

/** Whole windows, about as many for each thread; the last, whose digits are larger or smaller, alone. */
function elementParts({ windows, largestDigit, largestLast }: WindowPlan, jobs: number): Part[] {
  const largest = Math.max(windows === 1 ? 0 : largestDigit, largestLast);
  const parts = Math.min(jobs, windows);
  const bound = (i: number): number => Math.round((i * windows) / parts);
  return Array.from({ length: parts }, (_, i) => ({
    first: bound(i),
    windows: bound(i + 1) - bound(i),
    from: 1,
    to: largest + 1,
    bitCount: bitLength(largest),
  }));
}

/** Every window in `pieces` ranges of buckets that hold about as many scalars. */
function integerParts(plan: WindowPlan, scalars: IntVector, pieces: number): Part[] {
  const parts: Part[] = [];
  for (let w = 0; w < plan.windows; w++) {
    const isLast = w === plan.windows - 1;
    const end = (isLast ? plan.largestLast : plan.largestDigit) + 1;
    if (end === 1) continue;
    const cuts = [1, ...quantiles(sampleDigits(plan, scalars, w), pieces), end];
    cuts.slice(1).forEach((to, i) => {
      const from = cuts[i] ?? 1;
      if (from < to) parts.push({ first: w, windows: 1, from, to, bitCount: bitLength(to - 1) });
    });
  }
  return parts;
}

/** Magnitudes of a window's digits, zeros left out, ascending, of some scalars. */
function sampleDigits({ windowBits, windows, offset }: WindowPlan, scalars: IntVector, window: number): number[] {
  const step = Math.max(1, Math.floor(scalars.length / SAMPLES)) | 1;
  const added = Number(offset);
  const unit = 2 ** (windowBits * window);
  const digits: number[] = [];
  for (let i = 0; i < scalars.length; i += step) {
    const shifted = Math.floor(((scalars[i] ?? 0) + added) / unit);
    const isLast = window === windows - 1;
    const digit = isLast ? shifted : (shifted % 2 ** windowBits) - 2 ** (windowBits - 1);
    if (digit !== 0) digits.push(Math.abs(digit));
  }
  return digits.sort((a, b) => a - b);
}

/** The `pieces - 1` values that cut a sorted list into about equal pieces. */
function quantiles(sorted: readonly number[], pieces: number): number[] {
  if (sorted.length === 0) return [];
  return Array.from({ length: pieces - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / pieces)] ?? 1);
}

/** Adds what the tasks found, each sum at its bit, from the highest bit down. */
function combine(windowBits: number, parts: readonly Part[], sums: readonly Uint8Array[]): G1 {
  const atBit: G1[][] = [];
  parts.forEach(({ first, windows, bitCount }, p) => {
    const view = viewOf(sums[p] ?? new Uint8Array(0));
    for (let i = 0; i < windows * bitCount; i++) {
      const point = { x: readUint256LE(view, G1_BYTES * i), y: readUint256LE(view, G1_BYTES * i + 32) };
      if (point.x === 0n) continue; // Infinity: no point of the curve has x = 0.
      (atBit[windowBits * (first + Math.floor(i / bitCount)) + (i % bitCount)] ??= []).push(point);
    }
  });
  let total = Point.ZERO;
  for (let bit = atBit.length - 1; bit >= 0; bit--) {
    total = total.double();
    for (const point of atBit[bit] ?? []) total = total.add(Point.fromAffine(point));
  }
  if (total.is0()) return G1_INFINITY;
  const { x, y } = total.toAffine();
  return { x, y };
}

let pointSets = 0;
const setOf = new WeakMap<Uint8Array, PointSet>();

/** The points where every thread can read them, and their number. */
function pointSet(powers: Uint8Array): PointSet {
  let set = setOf.get(powers);
  if (set === undefined) {
    let bytes = powers;
    if (typeof SharedArrayBuffer !== "undefined" && !(powers.buffer instanceof SharedArrayBuffer)) {
      bytes = sharedBytes(powers.length);
      bytes.set(powers);
    }
    set = { id: ++pointSets, bytes };
    setOf.set(powers, set);
  }
  return set;
}
