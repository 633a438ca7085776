/** Encoders of safetensors files for tests. They write what they are told, also nonsense. */

/** A tensor to be written. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly dtype: string;
}

const writers: Readonly<Record<string, readonly [bytes: number, (view: DataView, at: number, value: number) => void]>> =
  {
    F64: [
      8,
      (view, at, value) => {
        view.setFloat64(at, value, true);
      },
    ],
    F32: [
      4,
      (view, at, value) => {
        view.setFloat32(at, value, true);
      },
    ],
    F16: [
      2,
      (view, at, value) => {
        view.setUint16(at, float16Bits(value), true);
      },
    ],
    BF16: [
      2,
      (view, at, value) => {
        view.setUint16(at, bfloat16Bits(value), true);
      },
    ],
    I64: [
      8,
      (view, at, value) => {
        view.setBigInt64(at, BigInt(value), true);
      },
    ],
    I32: [
      4,
      (view, at, value) => {
        view.setInt32(at, value, true);
      },
    ],
    I16: [
      2,
      (view, at, value) => {
        view.setInt16(at, value, true);
      },
    ],
    I8: [
      1,
      (view, at, value) => {
        view.setInt8(at, value);
      },
    ],
    U8: [
      1,
      (view, at, value) => {
        view.setUint8(at, value);
      },
    ],
    U32: [
      4,
      (view, at, value) => {
        view.setUint32(at, value, true);
      },
    ],
    // Floats of 8 bits are given by their codes.
    F8_E4M3: [
      1,
      (view, at, value) => {
        view.setUint8(at, value);
      },
    ],
    F8_E5M2: [
      1,
      (view, at, value) => {
        view.setUint8(at, value);
      },
    ],
    F8_E8M0: [
      1,
      (view, at, value) => {
        view.setUint8(at, value);
      },
    ],
    BOOL: [
      1,
      (view, at, value) => {
        view.setUint8(at, value);
      },
    ],
  };

/** The values as little-endian bytes. F16 and BF16 values must be representable. */
export function encodeValues(dtype: string, values: readonly number[]): Uint8Array {
  const [size, write] = writers[dtype]!;
  const view = new DataView(new ArrayBuffer(values.length * size));
  values.forEach((value, i) => {
    write(view, i * size, value);
  });
  return new Uint8Array(view.buffer);
}

/** A whole file from a header as JSON text (or object) and the bytes after it. */
export function encodeSafetensorsRaw(header: unknown, body: Uint8Array): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const file = new Uint8Array(8 + json.length + body.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(body, 8 + json.length);
  return file;
}

export function encodeSafetensors(tensors: readonly TensorToWrite[], metadata?: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  const bodies: Uint8Array[] = [];
  let offset = 0;
  for (const { name, shape, values, dtype } of tensors) {
    const body = encodeValues(dtype, values);
    header[name] = { dtype, shape, data_offsets: [offset, offset + body.length] };
    bodies.push(body);
    offset += body.length;
  }
  return encodeSafetensorsRaw(header, concatenate(bodies));
}

/** One shard per tensor, and the index under `model.safetensors.index.json`. */
export function encodeSharded(tensors: readonly TensorToWrite[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const weightMap: Record<string, string> = {};
  tensors.forEach((tensor, i) => {
    const shard = `model-${String(i + 1).padStart(5, "0")}-of-${String(tensors.length).padStart(5, "0")}.safetensors`;
    files.set(shard, encodeSafetensors([tensor]));
    weightMap[tensor.name] = shard;
  });
  const index = JSON.stringify({ metadata: { total_size: 0 }, weight_map: weightMap });
  files.set("model.safetensors.index.json", new TextEncoder().encode(index));
  return files;
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function bfloat16Bits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint16(0);
}

/** binary16 bits of a representable value: 11 significant bits, exponents from -24. */
function float16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const abs = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (abs === Infinity) return sign | 0x7c00;
  if (abs < 2 ** -14) return sign | (abs * 2 ** 24);
  const exponent = Math.floor(Math.log2(abs));
  return sign | ((exponent + 15) << 10) | (abs * 2 ** (10 - exponent) - 1024);
}
