import { FormatError } from "../../errors/errors.js";
import { memorySource, type ByteSource } from "../byte-source.js";
import { collectOnnxTensors } from "./onnx-graph.js";
import { onnxScaleBlocks, weightName, type Dequantized, type FoundTensor } from "./onnx-quantized.js";
import { decodeOnnx, EXTERNAL_DATA, type OnnxModel, type OnnxTensor } from "./onnx-messages.js";
import { inlineBytes, onnxDtype } from "./onnx-values.js";
import { sha256Range, type ModelFile } from "../provenance.js";
import { scaledTensor } from "./scaled-tensor.js";
import { openNamedBy, type SourceOpener } from "../source-opener.js";
import { storedTensorReader } from "../stored-tensor.js";
import { assertTensorName, elementCountOf, parseShape, type ModelTensor, type TensorReader } from "../tensor.js";

/** The format's own limit: a protobuf message is smaller than 2 GB; larger models keep their weights in other files. */
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;
const STRING = 8;

/**
 * The tensors of an ONNX model: initializers and Constant nodes of its graph and of all graphs inside (branches, loops,
 * functions), with weights in other files where they are. The message is in memory as a whole; external weights are read
 * as they are needed. What the nodes compute is not part of a model here, as with any other format; small INT64 constants,
 * such as shapes and axes, belong to that.
 *
 * Throws `FormatError` for a damaged message, a dtype that is not supported (of fewer than 8 bits), codes that no DequantizeLinear
 * makes weights of, or values that do not fill a shape.
 */
export async function readOnnx(
  opener: SourceOpener,
  source: ByteSource,
  opened: ModelFile[],
): Promise<readonly ModelTensor[]> {
  const tensors: ModelTensor[] = [];
  const external = new Map<string, ByteSource>();
  const { tensors: found, dequantized } = collectOnnxTensors(source.name, await decode(source));
  for (const { name, tensor } of found) {
    assertTensorName(source.name, name);
    const location = tensor.dataLocation === EXTERNAL_DATA ? externalLocation(source.name, name, tensor) : undefined;
    if (location === undefined) {
      tensors.push(await inlineTensor(source, { name, tensor }));
      continue;
    }
    let file = external.get(location.path);
    if (file === undefined) {
      file = await openNamedBy(opener, source.name, location.path);
      external.set(location.path, file);
      opened.push({ name: location.path, source: file });
    }
    tensors.push(externalTensor(source.name, { name, tensor }, file, location));
  }
  return dequantize(source.name, tensors, dequantized);
}

/** With the weights that nodes make of codes in the place of codes, scales and zero points. */
function dequantize(
  path: string,
  tensors: readonly ModelTensor[],
  dequantized: readonly Dequantized[],
): readonly ModelTensor[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const made = new Map<string, { readonly tensor: TensorReader; readonly key: string }>();
  const used = new Set<string>();
  for (const each of dequantized) {
    const [codes, scale, zeroPoint] = [each.codes, each.scale, each.zeroPoint].map((part) =>
      part === undefined ? undefined : byName.get(part.name),
    );
    const reject = (detail: string): never => {
      throw new FormatError(path, `tensor ${JSON.stringify(each.codes.name)}: ${detail}`, {
        remedy: "Give the float model that it was quantized from.",
      });
    };
    if (codes?.kind === undefined || codes.kind === "string" || scale?.kind !== "float" || zeroPoint?.kind === "string")
      return reject("DequantizeLinear is given no codes and scales");
    const blocks = onnxScaleBlocks(codes.shape, scale.shape, each);
    const fits = zeroPoint === undefined || zeroPoint.shape.join() === scale.shape.join();
    if (blocks === undefined || !fits) {
      const shapes = [codes, scale, zeroPoint].flatMap((part) =>
        part === undefined ? [] : JSON.stringify(part.shape),
      );
      return reject(`codes, scales and zero points of shapes ${shapes.join(", ")} do not fit each other`);
    }
    const key = JSON.stringify([scale.name, zeroPoint?.name, each.axis, each.blockSize]);
    const before = made.get(codes.name);
    if (before !== undefined && before.key !== key) return reject("it is dequantized in two ways");
    made.set(codes.name, { key, tensor: scaledTensor({ name: codes.name, codes, scale, zeroPoint, blocks }) });
    for (const part of [codes, scale, zeroPoint]) if (part !== undefined) used.add(part.name);
  }
  const kept = tensors.filter(({ name }) => !used.has(name));
  const taken = new Set(kept.map(({ name }) => name));
  for (const { tensor } of made.values()) {
    const name = weightName(tensor.name);
    const free = taken.has(name) ? tensor.name : name;
    taken.add(free);
    kept.push({ ...tensor, name: free });
  }
  return kept;
}

async function decode(source: ByteSource): Promise<OnnxModel> {
  if (source.size > MAX_MESSAGE_BYTES) {
    throw new FormatError(
      source.name,
      `is ${source.size} bytes long, but an ONNX file has at most ${MAX_MESSAGE_BYTES}`,
      {
        remedy: "Save the model with external data: its weights in a file of their own.",
      },
    );
  }
  const bytes = await source.read(0, source.size);
  try {
    const model = decodeOnnx(bytes);
    if (model.graph !== undefined) return model;
  } catch (cause) {
    throw new FormatError(source.name, "is not an ONNX model, or is damaged", { remedy: "Export it again.", cause });
  }
  throw new FormatError(source.name, "is not an ONNX model: it has no graph", { remedy: "Export it again." });
}

async function inlineTensor(source: ByteSource, { name, tensor }: FoundTensor): Promise<ModelTensor> {
  const shape = shapeOf(source.name, name, tensor);
  const file = source.name;
  if (tensor.dataType === STRING) {
    const bytes = lengthPrefixed(tensor.stringData);
    const sha256 = await sha256Range(memorySource(file, bytes), 0, bytes.length);
    return { kind: "string", name, dtype: "STRING", shape, elementCount: elementCountOf(shape), file, sha256 };
  }
  const { dtypeName, dtype } = onnxDtype(file, name, tensor.dataType ?? 0);
  const bytes = inlineBytes(tensor);
  const expected = elementCountOf(shape) * dtype.bytes;
  if (bytes.length !== expected) {
    throw new FormatError(
      file,
      `tensor ${JSON.stringify(name)}: has ${bytes.length} bytes, but shape ${JSON.stringify(shape)} of ${dtypeName} needs ${expected}`,
      { remedy: "The file is damaged: export it again." },
    );
  }
  return storedTensorReader({ name, shape, dtypeName, dtype, source: memorySource(file, bytes), offset: 0 });
}

interface Location {
  readonly path: string;
  readonly offset: number;
  readonly length: number | undefined;
}

function externalLocation(file: string, name: string, { externalData }: OnnxTensor): Location {
  const entries = new Map(externalData.map(({ key, value }) => [key ?? "", value ?? ""]));
  const bytesOf = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/u.test(text) && Number.isSafeInteger(value)) return value;
    throw new FormatError(file, `tensor ${JSON.stringify(name)}: its external ${key} is ${JSON.stringify(text)}`);
  };
  const path = entries.get("location");
  if (path === undefined) throw new FormatError(file, `tensor ${JSON.stringify(name)}: is external, but names no file`);
  return { path: path.replace(/^\.\//u, ""), offset: bytesOf("offset") ?? 0, length: bytesOf("length") };
}

function externalTensor(file: string, { name, tensor }: FoundTensor, source: ByteSource, place: Location): ModelTensor {
  const shape = shapeOf(file, name, tensor);
  const { dtypeName, dtype } = onnxDtype(file, name, tensor.dataType ?? 0);
  const expected = elementCountOf(shape) * dtype.bytes;
  const { offset, length = expected } = place;
  if (length !== expected || offset + expected > source.size) {
    throw new FormatError(
      file,
      `tensor ${JSON.stringify(name)}: needs ${expected} bytes from byte ${offset} of ${source.name}, but is given ${length} of ${source.size}`,
      { remedy: "The weights' file is damaged, cut off or of another model." },
    );
  }
  return storedTensorReader({ name, shape, dtypeName, dtype, source, offset });
}

function shapeOf(file: string, name: string, { dims }: OnnxTensor): readonly number[] {
  return parseShape(file, name, dims.map(Number));
}

/** Each string as its length, 32 bits little-endian, and its bytes: what the digest of strings is over. */
function lengthPrefixed(strings: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(strings.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of strings) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + 4);
    at += 4 + text.length;
  }
  return bytes;
}
