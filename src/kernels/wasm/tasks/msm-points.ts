import { G1_BYTES } from "../../../algebra/montgomery.js";
import type { Kernel } from "../kernel.js";

/** Points of G1 in shared memory, 64 bytes each, coordinates in Montgomery form with R = 2^256, little-endian. */
export interface PointSet {
  /** The same number, the same points; they never change. */
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** Points in a kernel's memory, packed. */
interface ResidentPoints {
  readonly address: number;
  readonly capacity: number;
  id: number;
  /** How many of the first are converted, and whether infinity is among them. */
  converted: number;
  hasInfinity: boolean;
}

/** More sets than anyone works with at a time: beyond, the memory of the one that came first is used again. */
const SETS_KEPT = 4;
const CHUNK = 1 << 14;

const residents = new WeakMap<Kernel, ResidentPoints[]>();

/**
 * The first `count` points of a set in a kernel's memory, converted there when first asked for. Not within a `scope`:
 * they stay. 64 bytes a point of the whole set are taken.
 */
export function residentPoints(
  kernel: Kernel,
  set: PointSet,
  count: number,
): { readonly address: number; readonly hasInfinity: boolean } {
  const known = residents.get(kernel) ?? [];
  residents.set(kernel, known);
  const points = known.find(({ id }) => id === set.id) ?? admit(kernel, known, set);
  while (points.converted < count) {
    const length = Math.min(CHUNK, count - points.converted);
    const at = points.address + points.converted * G1_BYTES;
    const from = points.converted * G1_BYTES;
    kernel.writeAt(at, set.bytes.subarray(from, from + length * G1_BYTES));
    if (kernel.exports.g1HasInfinity(at, length)) points.hasInfinity = true;
    kernel.exports.fqFromMontgomery256(at, at, 2 * length);
    points.converted += length;
  }
  return points;
}

function admit(kernel: Kernel, known: ResidentPoints[], { id, bytes }: PointSet): ResidentPoints {
  const free = known.length < SETS_KEPT ? -1 : known.findIndex(({ capacity }) => capacity >= bytes.length);
  const [old] = free < 0 ? [] : known.splice(free, 1);
  const points = {
    address: old?.address ?? kernel.alloc(bytes.length),
    capacity: old?.capacity ?? bytes.length,
    id,
    converted: 0,
    hasInfinity: false,
  };
  known.push(points);
  return points;
}
