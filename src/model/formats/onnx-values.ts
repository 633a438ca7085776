import { FormatError } from "../../errors/errors.js";
import { SAFETENSORS_DTYPES, type Dtype } from "../dtype.js";
import type { OnnxTensor } from "./onnx-messages.js";

/** ONNX's numbers of dtypes, its names, and those of safetensors, which are stored the same way. */
const DTYPES: ReadonlyMap<number, readonly [onnxName: string, safetensors: string]> = new Map([
  [1, ["FLOAT", "F32"]],
  [2, ["UINT8", "U8"]],
  [3, ["INT8", "I8"]],
  [4, ["UINT16", "U16"]],
  [5, ["INT16", "I16"]],
  [6, ["INT32", "I32"]],
  [7, ["INT64", "I64"]],
  [9, ["BOOL", "BOOL"]],
  [10, ["FLOAT16", "F16"]],
  [11, ["DOUBLE", "F64"]],
  [12, ["UINT32", "U32"]],
  [13, ["UINT64", "U64"]],
  [16, ["BFLOAT16", "BF16"]],
  [17, ["FLOAT8E4M3FN", "F8_E4M3"]],
  [18, ["FLOAT8E4M3FNUZ", "F8_E4M3FNUZ"]],
  [19, ["FLOAT8E5M2", "F8_E5M2"]],
  [20, ["FLOAT8E5M2FNUZ", "F8_E5M2FNUZ"]],
  [24, ["FLOAT8E8M0", "F8_E8M0"]],
]);

/** How values of a dtype are stored. Throws `FormatError` naming the tensor. */
export function onnxDtype(path: string, name: string, dataType: number): { dtypeName: string; dtype: Dtype } {
  const [dtypeName = "", safetensors = ""] = DTYPES.get(dataType) ?? [];
  const dtype = SAFETENSORS_DTYPES.get(safetensors);
  if (dtype !== undefined) return { dtypeName, dtype };
  throw new FormatError(path, `tensor ${JSON.stringify(name)}: dtype number ${dataType} of ONNX is not supported`, {
    remedy:
      `Supported are ${[...DTYPES.values()].map(([onnxName]) => onnxName).join(", ")}. ` +
      "Dtypes of fewer bits hold codes: give the float model that it was quantized from.",
  });
}

/** The values of a tensor as little-endian bytes, from whichever field holds them. */
export function inlineBytes(tensor: OnnxTensor): Uint8Array {
  const { dataType, rawData, floatData, doubleData, int32Data, int64Data, uint64Data } = tensor;
  if (rawData !== undefined && rawData.length > 0) return rawData;
  switch (dataType) {
    case 1:
      return pack(floatData, 4, (view, at, value) => view.setFloat32(at, value, true));
    case 11:
      return pack(doubleData, 8, (view, at, value) => view.setFloat64(at, value, true));
    case 7:
      return pack(int64Data, 8, (view, at, value) => view.setBigInt64(at, value, true));
    case 13:
      return pack(uint64Data, 8, (view, at, value) => view.setBigUint64(at, value, true));
    case 12:
      return pack(uint64Data, 4, (view, at, value) => view.setUint32(at, Number(value), true));
    case 6:
      return pack(int32Data, 4, (view, at, value) => view.setInt32(at, value, true));
    case 4:
    case 5:
    case 10:
    case 16:
      return pack(int32Data, 2, (view, at, value) => view.setUint16(at, value & 0xffff, true));
    default:
      return pack(int32Data, 1, (view, at, value) => view.setUint8(at, value & 0xff));
  }
}

function pack<T>(values: readonly T[], bytes: number, put: (view: DataView, at: number, value: T) => void): Uint8Array {
  const packed = new Uint8Array(values.length * bytes);
  const view = new DataView(packed.buffer);
  values.forEach((value, i) => put(view, i * bytes, value));
  return packed;
}
