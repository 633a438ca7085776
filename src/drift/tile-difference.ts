/**
 * `Δ = W1 - W0`, entry by entry, of two tiles of equal length, in memory that threads share: quantised weights stay below
 * `2^31` in magnitude, so the differences are exact.
 */
export function tileDifference(from: Int32Array, to: Int32Array): Float64Array {
  const delta = new Float64Array(new SharedArrayBuffer(from.length * Float64Array.BYTES_PER_ELEMENT));
  for (let x = 0; x < delta.length; x++) delta[x] = (to[x] ?? 0) - (from[x] ?? 0);
  return delta;
}
