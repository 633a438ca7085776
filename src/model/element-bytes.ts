/** Reads `count` elements from the start of `bytes` as float64: one loop a dtype, so that each stays fast. */
export type DecodeValues = (bytes: Uint8Array, count: number) => Float64Array;

/** Constructor of a typed array over a buffer. */
interface ElementArray<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** The order of bytes in typed arrays here. */
export const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** A decoder that views the bytes as an array of the stored type and lets `convert` fill `values` of equal length. */
export function decoderOf<T>(
  Elements: ElementArray<T>,
  convert: (stored: T, values: Float64Array) => void,
): DecodeValues {
  return (bytes, count) => {
    const values = new Float64Array(count);
    const aligned = hostElements(bytes, count, Elements.BYTES_PER_ELEMENT);
    convert(new Elements(aligned.buffer, aligned.byteOffset, count), values);
    return values;
  };
}

/** `count` little-endian elements where a typed array can view them: copied if they are not aligned or byte-swapped. */
function hostElements(bytes: Uint8Array, count: number, width: number): Uint8Array {
  if (HOST_IS_LITTLE_ENDIAN && bytes.byteOffset % width === 0) return bytes;
  // Not slice: that of a Buffer is a view.
  const copy = new Uint8Array(bytes.subarray(0, count * width));
  if (!HOST_IS_LITTLE_ENDIAN) {
    for (let start = 0; start < copy.length; start += width) copy.subarray(start, start + width).reverse();
  }
  return copy;
}
