import { decoderOf, HOST_IS_LITTLE_ENDIAN, type DecodeValues } from "./element-bytes.js";
import { decodeE4M3, decodeE4M3Fnuz, decodeE5M2, decodeE5M2Fnuz, decodeE8M0 } from "./formats/float8.js";
import type { NumericKind } from "./tensor.js";

/** How the elements of a dtype are stored (little-endian) and read. */
export interface Dtype {
  readonly kind: NumericKind;
  /** Bytes of one element. */
  readonly bytes: number;
  /** All elements of a chunk as float64. */
  readonly decode: DecodeValues;
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

/** Every binary16, made when the first is read: 512 KB. */
let float16Table: Float64Array | undefined;

export const decodeFloat16: DecodeValues = decoderOf(Uint16Array, (stored, values) => {
  const table = (float16Table ??= Float64Array.from({ length: 0x10000 }, (_, bits) => float16FromBits(bits)));
  for (let i = 0; i < values.length; i++) values[i] = table[stored[i] as number] as number;
});

/** bfloat16 is the upper half of a float32. */
const decodeBfloat16 = decoderOf(Uint16Array, (stored, values) => {
  const bits = new Uint32Array(stored.length);
  for (let i = 0; i < bits.length; i++) bits[i] = (stored[i] as number) << 16;
  values.set(new Float32Array(bits.buffer));
});

/** The halves of a 64-bit integer: `2^32·high` is exact, so the sum is rounded once, half to even. */
const decodeInt64 = decoderOf(BigInt64Array, (stored, values) => {
  const low = new Uint32Array(stored.buffer, stored.byteOffset, 2 * stored.length);
  const high = new Int32Array(stored.buffer, stored.byteOffset, 2 * stored.length);
  sumHalves(low, high, values);
});
const decodeUint64 = decoderOf(BigUint64Array, (stored, values) => {
  const halves = new Uint32Array(stored.buffer, stored.byteOffset, 2 * stored.length);
  sumHalves(halves, halves, values);
});

function sumHalves(low: Uint32Array, high: Int32Array | Uint32Array, values: Float64Array): void {
  const lowAt = HOST_IS_LITTLE_ENDIAN ? 0 : 1;
  for (let i = 0; i < values.length; i++) {
    values[i] = (high[2 * i + 1 - lowAt] as number) * 2 ** 32 + (low[2 * i + lowAt] as number);
  }
}

const kept = (
  stored: Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array,
  values: Float64Array,
): void => {
  values.set(stored);
};
export const decodeFloat32: DecodeValues = decoderOf(Float32Array, kept);
export const decodeInt32: DecodeValues = decoderOf(Int32Array, kept);
export const decodeUint8: DecodeValues = decoderOf(Uint8Array, kept);
export const decodeUint16: DecodeValues = decoderOf(Uint16Array, kept);

/** The dtypes of safetensors that are supported, by the names that safetensors gives them. */
export const SAFETENSORS_DTYPES: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ["F64", { kind: "float", bytes: 8, decode: decoderOf(Float64Array, kept) }],
  ["F32", { kind: "float", bytes: 4, decode: decodeFloat32 }],
  ["F16", { kind: "float", bytes: 2, decode: decodeFloat16 }],
  ["BF16", { kind: "float", bytes: 2, decode: decodeBfloat16 }],
  ["I64", { kind: "integer", bytes: 8, decode: decodeInt64 }],
  ["I32", { kind: "integer", bytes: 4, decode: decodeInt32 }],
  ["I16", { kind: "integer", bytes: 2, decode: decoderOf(Int16Array, kept) }],
  ["I8", { kind: "integer", bytes: 1, decode: decoderOf(Int8Array, kept) }],
  ["U64", { kind: "integer", bytes: 8, decode: decodeUint64 }],
  ["U32", { kind: "integer", bytes: 4, decode: decoderOf(Uint32Array, kept) }],
  ["U16", { kind: "integer", bytes: 2, decode: decodeUint16 }],
  ["U8", { kind: "integer", bytes: 1, decode: decodeUint8 }],
  ["BOOL", { kind: "boolean", bytes: 1, decode: decodeUint8 }],
  ["F8_E4M3", { kind: "float", bytes: 1, decode: decodeE4M3 }],
  ["F8_E5M2", { kind: "float", bytes: 1, decode: decodeE5M2 }],
  ["F8_E4M3FNUZ", { kind: "float", bytes: 1, decode: decodeE4M3Fnuz }],
  ["F8_E5M2FNUZ", { kind: "float", bytes: 1, decode: decodeE5M2Fnuz }],
  ["F8_E8M0", { kind: "float", bytes: 1, decode: decodeE8M0 }],
]);

/** Floats of 8 bits, which often are codes: the weight is that number times a scale. */
export const FLOAT8_DTYPES: ReadonlySet<string> = new Set(
  [...SAFETENSORS_DTYPES.keys()].filter((name) => name.startsWith("F8_")),
);
