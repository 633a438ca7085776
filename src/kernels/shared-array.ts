/**
 * Zeroed arrays that worker threads read and write without copying. Where the host has no shared memory (a page that is
 * not cross-origin isolated) there is only the calling thread, and they are ordinary arrays.
 */
function buffer(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}

function isShared(values: ArrayBufferView): boolean {
  return typeof SharedArrayBuffer === "undefined" || values.buffer instanceof SharedArrayBuffer;
}

export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(buffer(length));
}

export function sharedInt32(length: number): Int32Array {
  return new Int32Array(buffer(length * Int32Array.BYTES_PER_ELEMENT));
}

export function sharedFloat64(length: number): Float64Array {
  return new Float64Array(buffer(length * Float64Array.BYTES_PER_ELEMENT));
}

/** The same integers where every thread can read them; a copy only if they are not there already. */
export function sharedInts(values: Int32Array): Int32Array {
  if (isShared(values)) return values;
  const shared = sharedInt32(values.length);
  shared.set(values);
  return shared;
}

/** The same for integers in doubles. */
export function sharedDoubles(values: Float64Array): Float64Array {
  if (isShared(values)) return values;
  const shared = sharedFloat64(values.length);
  shared.set(values);
  return shared;
}
