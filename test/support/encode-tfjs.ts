import { concatenate, encodeValues } from "./encode-safetensors.js";

/** A tensor of a TensorFlow.js model; a quantized one is given by its stored integers. */
export interface WeightToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[] | readonly string[];
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

const STORED: Readonly<Record<string, string>> = {
  float32: "F32",
  int32: "I32",
  bool: "BOOL",
  uint8: "U8",
  uint16: "I16",
  float16: "F16",
};

function encodeWeight({ dtype, values, quantization }: WeightToWrite): Uint8Array {
  if (dtype !== "string") return encodeValues(STORED[quantization?.dtype ?? dtype]!, values as readonly number[]);
  return concatenate(
    (values as readonly string[]).flatMap((text) => {
      const bytes = new TextEncoder().encode(text);
      return [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes];
    }),
  );
}

/** `model.json` and its shards, cut after every `shardBytes` bytes wherever that is. */
export function encodeTfjs(weights: readonly WeightToWrite[], shardBytes = Infinity): Map<string, Uint8Array> {
  const body = concatenate(weights.map(encodeWeight));
  const files = new Map<string, Uint8Array>();
  const paths: string[] = [];
  for (let start = 0; start < body.length; start += shardBytes) {
    const path = `group1-shard${paths.length + 1}.bin`;
    paths.push(path);
    files.set(path, body.subarray(start, Math.min(body.length, start + shardBytes)));
  }
  const specs = weights.map(({ name, shape, dtype, quantization }) => ({ name, shape, dtype, quantization }));
  const model = { format: "graph-model", modelTopology: {}, weightsManifest: [{ paths, weights: specs }] };
  files.set("model.json", new TextEncoder().encode(JSON.stringify(model)));
  return files;
}
