/**
 * Zeroed arrays that worker threads read without copying. Where the host has no shared memory (a page that is not
 * cross-origin isolated) they are ordinary arrays, and a backend with threads copies them.
 */
function buffer(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}

export function sharedInt32(length: number): Int32Array {
  return new Int32Array(buffer(length * Int32Array.BYTES_PER_ELEMENT));
}

export function sharedFloat64(length: number): Float64Array {
  return new Float64Array(buffer(length * Float64Array.BYTES_PER_ELEMENT));
}
