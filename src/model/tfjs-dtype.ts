import { float16FromBits, type Dtype } from "./dtype.js";
import type { WeightSpec } from "./tfjs-manifest.js";

/**
 * How TensorFlow.js stores and restores a numeric tensor; `undefined` for strings. Quantised values are
 * restored exactly as `decodeWeights` does it (tfjs-core/src/io/io_utils.ts): `v·scale + min` with two float64
 * roundings, then one rounding to float32, or `Math.round` (halves up) for int32. So the committed weights are
 * those that the library computes with.
 */
export function tfjsDtype(spec: WeightSpec): Dtype | undefined {
  const { dtype, quantization } = spec;
  if (dtype === "string") return undefined;
  if (dtype === "bool") return { kind: "boolean", bytes: 1, get: (view, at) => view.getUint8(at) };
  const kind = dtype === "int32" ? "integer" : "float";
  if (quantization === undefined) {
    const get = dtype === "int32" ? getInt32 : getFloat32;
    return { kind, bytes: 4, get };
  }
  if (quantization.dtype === "float16") return { kind, bytes: 2, get: getFloat16 };
  const { scale, min } = quantization;
  const stored = quantization.dtype === "uint8" ? getUint8 : getUint16;
  const restore = dtype === "int32" ? toInt32 : Math.fround;
  return {
    kind,
    bytes: quantization.dtype === "uint8" ? 1 : 2,
    get: (view, at) => restore(stored(view, at) * scale + min),
  };
}

const getUint8 = (view: DataView, at: number): number => view.getUint8(at);
const getUint16 = (view: DataView, at: number): number => view.getUint16(at, true);
const getInt32 = (view: DataView, at: number): number => view.getInt32(at, true);
const getFloat32 = (view: DataView, at: number): number => view.getFloat32(at, true);
const getFloat16 = (view: DataView, at: number): number => float16FromBits(view.getUint16(at, true));
/** Storing into an Int32Array wraps modulo 2^32. */
const toInt32 = (value: number): number => Math.round(value) | 0;
