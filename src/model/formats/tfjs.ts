import { FormatError } from "../../errors/errors.js";
import { concatenatedSource, readWhole, type ByteSource } from "../byte-source.js";
import { parseJsonStrict } from "./json-text.js";
import { sha256Range, type ModelFile } from "../provenance.js";
import { MAX_HEADER_BYTES } from "./safetensors.js";
import { openNamedBy, type SourceOpener } from "../source-opener.js";
import { storedTensorReader } from "../stored-tensor.js";
import { elementCountOf, type ModelTensor } from "../tensor.js";
import { tfjsDtype } from "./tfjs-dtype.js";
import { parseWeightsManifest, type WeightGroup, type WeightSpec } from "./tfjs-manifest.js";

const CUT_OFF = "The shards are damaged, cut off or of another model: download or convert it again.";

/**
 * The tensors of a TensorFlow.js model (`model.json` or a weights manifest beside its shards). Every group's
 * shards must hold its tensors exactly. Throws `FormatError` naming the tensor and the numbers.
 */
export async function readTfjs(
  opener: SourceOpener,
  manifest: ByteSource,
  opened: ModelFile[],
): Promise<readonly ModelTensor[]> {
  const json = parseJsonStrict(await readWhole(manifest, MAX_HEADER_BYTES), manifest.name);
  const tensors: ModelTensor[] = [];
  for (const group of parseWeightsManifest(manifest.name, json)) {
    const shards: ByteSource[] = [];
    for (const path of group.paths) {
      const source = await openNamedBy(opener, manifest.name, path);
      opened.push({ name: path, source });
      shards.push(source);
    }
    const [only] = shards;
    const whole =
      only !== undefined && shards.length === 1
        ? only
        : concatenatedSource(`${manifest.name} (${group.paths.join(", ")})`, shards);
    tensors.push(...(await readGroup(whole, group)));
  }
  return tensors;
}

async function readGroup(source: ByteSource, group: WeightGroup): Promise<readonly ModelTensor[]> {
  const tensors: ModelTensor[] = [];
  let offset = 0;
  for (const spec of group.weights) {
    const dtype = tfjsDtype(spec);
    if (dtype === undefined) {
      const bytes = await stringsLength(source, offset, spec);
      tensors.push(await stringTensor(source, offset, bytes, spec));
      offset += bytes;
      continue;
    }
    const bytes = elementCountOf(spec.shape) * dtype.bytes;
    assertInside(source, offset, bytes, spec);
    const { quantization } = spec;
    const dtypeName = quantization === undefined ? spec.dtype : `${spec.dtype} (${quantization.dtype})`;
    tensors.push(storedTensorReader({ name: spec.name, shape: spec.shape, dtypeName, dtype, source, offset }));
    offset += bytes;
  }
  if (offset !== source.size) {
    throw new FormatError(source.name, `has ${source.size} bytes, but its tensors take ${offset}`, { remedy: CUT_OFF });
  }
  return tensors;
}

function assertInside(source: ByteSource, offset: number, bytes: number, spec: WeightSpec): void {
  if (offset + bytes > source.size) {
    throw new FormatError(
      source.name,
      `tensor ${JSON.stringify(spec.name)} needs bytes ${offset} to ${offset + bytes}, but there are only ${source.size}`,
      { remedy: CUT_OFF },
    );
  }
}

async function stringTensor(source: ByteSource, offset: number, bytes: number, spec: WeightSpec): Promise<ModelTensor> {
  return {
    kind: "string",
    name: spec.name,
    dtype: spec.dtype,
    shape: spec.shape,
    elementCount: elementCountOf(spec.shape),
    file: source.name,
    sha256: await sha256Range(source, offset, bytes),
  };
}

const LENGTH_BYTES = 4;
const WINDOW_BYTES = 1 << 16;

/** Bytes of a string tensor: each element is its length (32-bit little-endian) and its bytes. */
async function stringsLength(source: ByteSource, start: number, spec: WeightSpec): Promise<number> {
  let window = new Uint8Array(0);
  let windowStart = start;
  let offset = start;
  for (let i = 0; i < elementCountOf(spec.shape); i++) {
    assertInside(source, offset, LENGTH_BYTES, spec);
    if (offset + LENGTH_BYTES > windowStart + window.length) {
      windowStart = offset;
      window = new Uint8Array(await source.read(offset, Math.min(WINDOW_BYTES, source.size - offset)));
    }
    const view = new DataView(window.buffer, window.byteOffset, window.length);
    const length = view.getUint32(offset - windowStart, true);
    assertInside(source, offset + LENGTH_BYTES, length, spec);
    offset += LENGTH_BYTES + length;
  }
  return offset - start;
}
