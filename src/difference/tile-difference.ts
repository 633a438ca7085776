import type { IntVector } from "../kernels/backend.js";
import { sharedFloat64, sharedInt32 } from "../kernels/shared-array.js";

const MIN_INT32 = -(2 ** 31);
const MAX_INT32 = 2 ** 31 - 1;

/**
 * `Δ = W1 - W0`, entry by entry, of two tiles of equal length: a shared `Int32Array` (4 bytes an entry), or a shared
 * `Float64Array` where 32 bits do not hold a difference; it is exact, as quantized weights stay below `2^31` in magnitude.
 * `into` takes the former if it is given; it may be `to` itself.
 */
export function tileDifference(from: Int32Array, to: Int32Array, into?: Int32Array): IntVector {
  const { length } = to;
  if (from.length !== length) throw new RangeError(`tileDifference: ${from.length} and ${length} entries`);
  let least = 0;
  let most = 0;
  for (let x = 0; x < length; x++) {
    const d = (to[x] as number) - (from[x] as number);
    if (d < least) least = d;
    if (d > most) most = d;
  }
  const delta = least >= MIN_INT32 && most <= MAX_INT32 ? (into ?? sharedInt32(length)) : sharedFloat64(length);
  for (let x = 0; x < length; x++) delta[x] = (to[x] as number) - (from[x] as number);
  return delta;
}

/** Whether whole numbers fit into 32 bits. */
function fitsInt32(values: Float64Array): boolean {
  let least = 0;
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least >= MIN_INT32 && most <= MAX_INT32;
}

/** The same integers as 32-bit ones, themselves if they are that, or `undefined` if they do not fit. */
export function asInt32(values: IntVector): Int32Array | undefined {
  if (values instanceof Int32Array) return values;
  if (!fitsInt32(values)) return undefined;
  const small = sharedInt32(values.length);
  small.set(values);
  return small;
}
