const LIMB_MASK = (1n << 64n) - 1n;

/** The unsigned integer of 32 little-endian bytes. */
export function readUint256LE(view: DataView, offset: number): bigint {
  return (
    view.getBigUint64(offset, true) |
    (view.getBigUint64(offset + 8, true) << 64n) |
    (view.getBigUint64(offset + 16, true) << 128n) |
    (view.getBigUint64(offset + 24, true) << 192n)
  );
}

/** Writes an integer in `[0, 2^256)` as 32 little-endian bytes; the caller keeps to the range. */
export function writeUint256LE(view: DataView, offset: number, value: bigint): void {
  view.setBigUint64(offset, value & LIMB_MASK, true);
  view.setBigUint64(offset + 8, (value >> 64n) & LIMB_MASK, true);
  view.setBigUint64(offset + 16, (value >> 128n) & LIMB_MASK, true);
  view.setBigUint64(offset + 24, value >> 192n, true);
}

/** A view of exactly the bytes of an array, wherever it lies in its buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
