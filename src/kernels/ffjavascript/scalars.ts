import type { Fr } from "../../field/fr.js";
import type { IntVector } from "../backend.js";

/** Positive and negative parts of a signed vector as unsigned little-endian words; zeros cost nothing there. */
export interface SignedScalars {
  readonly positive: Uint8Array;
  readonly negative: Uint8Array;
}

/** Splits exact integers below 2^53; words have 2, 4 or 8 bytes, whichever holds the largest magnitude. */
export function splitSigned(values: IntVector): SignedScalars {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const width = largest < 2 ** 16 ? 2 : largest < 2 ** 32 ? 4 : 8;
  const positive = new Uint8Array(values.length * width);
  const negative = new Uint8Array(values.length * width);
  const views = { positive: new DataView(positive.buffer), negative: new DataView(negative.buffer) };
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value === 0) continue;
    const view = value > 0 ? views.positive : views.negative;
    const magnitude = Math.abs(value);
    if (width === 2) view.setUint16(2 * i, magnitude, true);
    else if (width === 4) view.setUint32(4 * i, magnitude, true);
    else view.setBigUint64(8 * i, BigInt(magnitude), true);
  }
  return { positive, negative };
}

/** Canonical field elements as 32 little-endian bytes each (not Montgomery). */
export function packFrLE(values: readonly Fr[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 32);
  const view = new DataView(bytes.buffer);
  const mask = (1n << 64n) - 1n;
  values.forEach((value, i) => {
    view.setBigUint64(32 * i, value & mask, true);
    view.setBigUint64(32 * i + 8, (value >> 64n) & mask, true);
    view.setBigUint64(32 * i + 16, (value >> 128n) & mask, true);
    view.setBigUint64(32 * i + 24, value >> 192n, true);
  });
  return bytes;
}
