/** Zeroed bytes that tasks write into, on whatever thread. Without shared memory there is only the calling thread. */
export function sharedBytes(length: number): Uint8Array {
  return typeof SharedArrayBuffer === "undefined"
    ? new Uint8Array(length)
    : new Uint8Array(new SharedArrayBuffer(length));
}

/** The same integers where every thread can read them without a copy; a copy only if they are not there already. */
export function sharedInts(values: Int32Array): Int32Array {
  if (typeof SharedArrayBuffer === "undefined" || values.buffer instanceof SharedArrayBuffer) return values;
  const shared = new Int32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
