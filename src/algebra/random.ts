import { toFr, type Fr } from "./fr.js";

/** Source of uniform field elements. Production code takes `systemRandomFr`; tests may inject a seeded one. */
export type RandomFr = () => Fr;

/** 48 bytes per element: the bias of the reduction mod p is below 2^-130. */
const BYTES_PER_ELEMENT = 48;
/** `getRandomValues` gives at most 65,536 bytes a call. */
const ELEMENTS_PER_CALL = Math.floor(65_536 / BYTES_PER_ELEMENT);

function bytesToBigIntBE(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let value = 0n;
  for (let i = 0; i < bytes.byteLength; i += 8) value = (value << 64n) | view.getBigUint64(i);
  return value;
}

/** Uniform field elements from the system's CSPRNG, drawn in batches. */
export function createSystemRandomFr(): RandomFr {
  const pool = new Uint8Array(ELEMENTS_PER_CALL * BYTES_PER_ELEMENT);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      globalThis.crypto.getRandomValues(pool);
      next = 0;
    }
    const bytes = pool.subarray(next, next + BYTES_PER_ELEMENT);
    next += BYTES_PER_ELEMENT;
    const element = toFr(bytesToBigIntBE(bytes));
    bytes.fill(0); // A used element must not linger in the pool.
    return element;
  };
}
