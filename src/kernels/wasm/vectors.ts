import { writeUint256LE, viewOf } from "../../algebra/little-endian.js";
import type { Fr } from "../../algebra/fr.js";
import type { FrVector, IntVector } from "../backend.js";
import { elementsOf } from "./canonical.js";
import { ELEMENT_BYTES, type KernelBuild } from "./kernel.js";
import type { Pool } from "./pool.js";
import { sharedBytes, sharedDoubles, sharedInts } from "../shared-array.js";
import { vectorConvert } from "./tasks/vector-convert.js";

/** Packed field elements where every thread of a pool can read them. Never written after it was made. */
export class WasmVector implements FrVector {
  readonly bytes: Uint8Array;
  readonly build: KernelBuild;

  constructor(bytes: Uint8Array, build: KernelBuild) {
    this.bytes = bytes;
    this.build = build;
  }

  get length(): number {
    return this.bytes.length / ELEMENT_BYTES;
  }
}

/** The packed elements. Throws `TypeError` for a vector that another backend or another build made. */
export function bytesOf(vector: FrVector, { build }: Pool): Uint8Array {
  if (vector instanceof WasmVector && vector.build === build) return vector.bytes;
  throw new TypeError("the vector belongs to another backend");
}

export function isIntVector(vector: IntVector | FrVector): vector is IntVector {
  return vector instanceof Int32Array || vector instanceof Float64Array;
}

/** Elements from which a range deserves a task of its own: a message to a thread costs as much as some hundred products. */
const SMALLEST_RANGE = 1024;

/** Cuts `[0, count)` into about equal ranges, a task each, for work of `weight` elements an item. */
export function rangesOf(count: number, { jobs }: Pool, weight = 1): { from: number; to: number }[] {
  const parts = Math.max(1, Math.min(jobs, Math.floor((count * weight) / SMALLEST_RANGE)));
  const bounds = Array.from({ length: parts + 1 }, (_, i) => Math.round((i * count) / parts));
  return bounds.slice(1).map((to, i) => ({ from: bounds[i] ?? 0, to }));
}

/** The bytes of a range of elements. */
export function rangeBytes(bytes: Uint8Array, { from, to }: { from: number; to: number }): Uint8Array {
  return bytes.subarray(ELEMENT_BYTES * from, ELEMENT_BYTES * to);
}

/** The integers where every thread can read them; a copy only if they are not there already. */
export function sharedVector(values: IntVector): IntVector {
  return values instanceof Int32Array ? sharedInts(values) : sharedDoubles(values);
}

/** Takes canonical elements into packed form. */
export async function packVector(pool: Pool, values: readonly Fr[]): Promise<WasmVector> {
  const bytes = sharedBytes(ELEMENT_BYTES * values.length);
  const view = viewOf(bytes);
  values.forEach((value, i) => {
    writeUint256LE(view, ELEMENT_BYTES * i, value);
  });
  await convert(pool, bytes, "packed");
  return new WasmVector(bytes, pool.build);
}

/** The elements, canonical. */
export async function unpackVector(pool: Pool, vector: FrVector): Promise<Fr[]> {
  const packed = bytesOf(vector, pool);
  const bytes = sharedBytes(packed.length);
  bytes.set(packed);
  await convert(pool, bytes, "canonical");
  return elementsOf(bytes);
}

async function convert(pool: Pool, bytes: Uint8Array, to: "packed" | "canonical"): Promise<void> {
  const ranges = rangesOf(bytes.length / ELEMENT_BYTES, pool);
  await Promise.all(ranges.map((range) => pool.run(vectorConvert, { bytes: rangeBytes(bytes, range), to })));
}
