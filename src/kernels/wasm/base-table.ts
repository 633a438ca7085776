import { G1_BYTES } from "../../encoding/montgomery.js";
import type { Kernel } from "./kernel.js";

/** Bases of multi-scalar multiplications, under a name by which a thread recognises those that it has. */
export interface Bases {
  readonly id: number;
  /** As in a `.ptau`: 64 bytes a point. Shared memory, if there is any. */
  readonly points: Uint8Array;
}

/** A kernel's table of bases: packed x, y and -y of each, 96 bytes. */
export interface BaseTable {
  readonly address: number;
  readonly holdsInfinity: boolean;
}

/** Fewer bases than this are converted for each call: a table that stays is never freed. */
const RESIDENT_BASES = 4096;
const TABLE_BYTES = 96;

const residents = new WeakMap<Kernel, BaseTable & { readonly id: number }>();

/**
 * The table of the first `count` bases. All of many bases are converted once for each thread and stay in its memory (96
 * bytes a base); few are the caller's to free. Call it outside of a scope that outlives its use.
 */
export function baseTable(kernel: Kernel, bases: Bases, count: number): BaseTable {
  const resident = residents.get(kernel);
  if (resident?.id === bases.id) return resident;
  const all = bases.points.length / G1_BYTES;
  if (all < RESIDENT_BASES) return buildTable(kernel, bases.points.subarray(0, count * G1_BYTES));
  const table = { ...buildTable(kernel, bases.points), id: bases.id };
  residents.set(kernel, table);
  return table;
}

function buildTable(kernel: Kernel, points: Uint8Array): BaseTable {
  const count = points.length / G1_BYTES;
  const address = kernel.alloc(count * TABLE_BYTES);
  kernel.scope(() => {
    kernel.exports.g1Table(address, kernel.write(points), count);
  });
  return { address, holdsInfinity: hasInfinity(points) };
}

function hasInfinity(points: Uint8Array): boolean {
  const words = new BigUint64Array(points.slice().buffer);
  for (let i = 0; i < words.length; i += 8) {
    if (words[i] === 0n && words.subarray(i, i + 8).every((word) => word === 0n)) return true;
  }
  return false;
}
