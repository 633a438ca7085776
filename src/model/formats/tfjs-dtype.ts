import { decodeFloat16, decodeFloat32, decodeInt32, decodeUint16, decodeUint8, type Dtype } from "../dtype.js";
import type { WeightSpec } from "./tfjs-manifest.js";

/**
 * How TensorFlow.js stores and restores a numeric tensor; `undefined` for strings. Quantized values are
 * restored exactly as `decodeWeights` does it (tfjs-core/src/io/io_utils.ts): `v·scale + min` with two float64
 * roundings, then one rounding to float32, or `Math.round` (halves up) for int32. So the committed weights are
 * those that the library computes with.
 */
export function tfjsDtype(spec: WeightSpec): Dtype | undefined {
  const { dtype, quantization } = spec;
  if (dtype === "string") return undefined;
  if (dtype === "bool") return { kind: "boolean", bytes: 1, decode: decodeUint8 };
  const kind = dtype === "int32" ? "integer" : "float";
  if (quantization === undefined) {
    return { kind, bytes: 4, decode: dtype === "int32" ? decodeInt32 : decodeFloat32 };
  }
  if (quantization.dtype === "float16") return { kind, bytes: 2, decode: decodeFloat16 };
  const { scale, min } = quantization;
  const isByte = quantization.dtype === "uint8";
  const decodeStored = isByte ? decodeUint8 : decodeUint16;
  const restore = dtype === "int32" ? toInt32 : Math.fround;
  return {
    kind,
    bytes: isByte ? 1 : 2,
    decode: (bytes, count) => {
      const values = decodeStored(bytes, count);
      for (let i = 0; i < count; i++) values[i] = restore((values[i] as number) * scale + min);
      return values;
    },
  };
}

/** Storing into an Int32Array wraps modulo 2^32. */
const toInt32 = (value: number): number => Math.round(value) | 0;
