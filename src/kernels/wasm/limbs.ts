import type { IntVector } from "../backend.js";
import { sharedInts } from "../shared-array.js";

const LIMB = 2 ** 30;

/** Exact integers below 2^53 in magnitude as `low + 2^30·high`, `0 <= low < 2^30`, where every thread can read them. */
export function limbsOf(values: IntVector): [low: Int32Array, high: Int32Array] {
  const low = new Int32Array(values.length);
  const high = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const top = Math.floor(value / LIMB);
    high[i] = top;
    low[i] = value - top * LIMB;
  }
  return [sharedInts(low), sharedInts(high)];
}
