import { G1_BYTES, G2_BYTES } from "../../algebra/montgomery.js";
import { frMul, frPow, type Fr } from "../../algebra/fr.js";
import { referenceG1Multiple, referenceG2Multiple } from "../../kernels/reference/fixed-base.js";
import type { Pool } from "../../kernels/wasm/pool.js";
import { sharedBytes } from "../../kernels/shared-array.js";
import { canonicalBytes } from "../../kernels/wasm/canonical.js";
import {
  fixedBaseMultiples,
  fixedBaseRows,
  type FixedBaseGroup,
  type FixedBaseScalars,
} from "../../kernels/wasm/tasks/fixed-base.js";

/** Scalars one by one, or `first·ratio^i` for `i < count`. */
export type Scalars = readonly Fr[] | { readonly first: Fr; readonly ratio: Fr; readonly count: number };

/** Multiples of the two generators, many at a time. Calls run side by side on the pool's threads. */
export interface FixedBase {
  /** `64 × scalars.length` bytes: affine `scalar·G1`, Montgomery form, little-endian. Infinity is all zeros. */
  readonly g1: (scalars: Scalars) => Promise<Uint8Array>;
  /** `128 × scalars.length` bytes, the same in G2. */
  readonly g2: (scalars: Scalars) => Promise<Uint8Array>;
}

/** Points of one task: long enough to outweigh the message. */
const TASK_POINTS = 8192;
/** Tables of 16 bits take 32 MB in G1 and 64 MB in G2, on every thread. */
const MAX_WINDOW_BITS = 16;

/**
 * Multiplies on the pool's kernels, or with bigints (slowly) if there is none. `expectedPoints` is about how many
 * multiples of each generator will be asked for; it decides how large the tables are.
 */
export function createFixedBase(pool: Pool | undefined, expectedPoints: number): FixedBase {
  if (pool === undefined) {
    return {
      g1: (scalars) => Promise.resolve(join(listOf(scalars).map(referenceG1Multiple), G1_BYTES)),
      g2: (scalars) => Promise.resolve(join(listOf(scalars).map(referenceG2Multiple), G2_BYTES)),
    };
  }
  const windowBits = bestWindowBits(expectedPoints / pool.jobs);
  const multiply = async (group: FixedBaseGroup, scalars: Scalars): Promise<Uint8Array> => {
    const count = countOf(scalars);
    const pointBytes = group === "g1" ? G1_BYTES : G2_BYTES;
    const points = sharedBytes(count * pointBytes);
    const tasks: Promise<void>[] = [];
    for (let from = 0; from < count; from += TASK_POINTS) {
      const to = Math.min(count, from + TASK_POINTS);
      const out = points.subarray(from * pointBytes, to * pointBytes);
      tasks.push(pool.run(fixedBaseMultiples, { group, scalars: partOf(scalars, from, to), windowBits, out }));
    }
    await Promise.all(tasks);
    return points;
  };
  return { g1: (scalars) => multiply("g1", scalars), g2: (scalars) => multiply("g2", scalars) };
}

export function countOf(scalars: Scalars): number {
  return "count" in scalars ? scalars.count : scalars.length;
}

/** Fewest additions for a table of `rows·2^(bits-1)` entries and `rows` additions a point. */
function bestWindowBits(points: number): number {
  const cost = (bits: number): number => fixedBaseRows(bits) * (2 ** (bits - 1) + points);
  let best = 4;
  for (let bits = 5; bits <= MAX_WINDOW_BITS; bits++) if (cost(bits) < cost(best)) best = bits;
  return best;
}

function partOf(scalars: Scalars, from: number, to: number): FixedBaseScalars {
  if (!("count" in scalars)) return { kind: "list", canonical: canonicalBytes(scalars.slice(from, to)) };
  const { first, ratio } = scalars;
  return {
    kind: "powers",
    first: canonicalBytes([from === 0 ? first : frMul(first, frPow(ratio, from))]),
    ratio: canonicalBytes([ratio]),
    count: to - from,
  };
}

function listOf(scalars: Scalars): readonly Fr[] {
  if (!("count" in scalars)) return scalars;
  const list: Fr[] = [];
  for (let scalar = scalars.first; list.length < scalars.count; scalar = frMul(scalar, scalars.ratio))
    list.push(scalar);
  return list;
}

function join(points: readonly Uint8Array[], pointBytes: number): Uint8Array {
  const bytes = new Uint8Array(points.length * pointBytes);
  points.forEach((point, i) => {
    bytes.set(point, i * pointBytes);
  });
  return bytes;
}
