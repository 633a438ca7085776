import type { NumericKind } from "./tensor.js";

/** How the elements of a dtype are stored (little-endian) and read. */
export interface Dtype {
  readonly kind: NumericKind;
  /** Bytes of one element. */
  readonly bytes: number;
  /** The element at a byte offset as float64. */
  readonly get: (view: DataView, offset: number) => number;
}

const shared = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function getBfloat16(view: DataView, offset: number): number {
  shared.setUint32(0, view.getUint16(offset, true) * 0x10000);
  return shared.getFloat32(0);
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits with bias 15, 10 fraction bits; subnormals below 2^-14. */
export function float16FromBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (0x400 + fraction) * 2 ** (exponent - 25);
}

/** The dtypes of safetensors that are supported, by the names that safetensors gives them. */
export const SAFETENSORS_DTYPES: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ["F64", { kind: "float", bytes: 8, get: (view, at) => view.getFloat64(at, true) }],
  ["F32", { kind: "float", bytes: 4, get: (view, at) => view.getFloat32(at, true) }],
  ["F16", { kind: "float", bytes: 2, get: (view, at) => float16FromBits(view.getUint16(at, true)) }],
  ["BF16", { kind: "float", bytes: 2, get: getBfloat16 }],
  ["I64", { kind: "integer", bytes: 8, get: (view, at) => Number(view.getBigInt64(at, true)) }],
  ["I32", { kind: "integer", bytes: 4, get: (view, at) => view.getInt32(at, true) }],
  ["I16", { kind: "integer", bytes: 2, get: (view, at) => view.getInt16(at, true) }],
  ["I8", { kind: "integer", bytes: 1, get: (view, at) => view.getInt8(at) }],
  ["U64", { kind: "integer", bytes: 8, get: (view, at) => Number(view.getBigUint64(at, true)) }],
  ["U32", { kind: "integer", bytes: 4, get: (view, at) => view.getUint32(at, true) }],
  ["U16", { kind: "integer", bytes: 2, get: (view, at) => view.getUint16(at, true) }],
  ["U8", { kind: "integer", bytes: 1, get: (view, at) => view.getUint8(at) }],
  ["BOOL", { kind: "boolean", bytes: 1, get: (view, at) => view.getUint8(at) }],
]);

/** Reads `count` elements from the start of `bytes`. */
export function decodeValues(bytes: Uint8Array, dtype: Dtype, count: number): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = dtype.get(view, i * dtype.bytes);
  return values;
}
