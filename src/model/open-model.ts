import { FormatError, InputError } from "../errors/errors.js";
import { readWhole, type ByteSource } from "./byte-source.js";
import { parseJsonStrict } from "./json-text.js";
import { ADAPTER_CONFIG, type AdaptedTensor } from "./lora-module.js";
import { readOnnx } from "./onnx.js";
import { recordProvenance, type ModelFile, type ModelFormat, type Provenance } from "./provenance.js";
import { MAX_HEADER_BYTES, readSafetensors } from "./safetensors.js";
import { readSafetensorsIndex } from "./safetensors-index.js";
import type { SourceOpener } from "./source-opener.js";
import { compareNames, type ModelTensor } from "./tensor.js";
import { readTfjs } from "./tfjs.js";

/** An opened model: its tensors can be read until it is closed. */
export interface Model {
  /** The file that was opened, or found in the directory. */
  readonly path: string;
  readonly format: ModelFormat;
  /** In manifest order: by the UTF-8 bytes of their names, all different. */
  readonly tensors: readonly ModelTensor[];
  /** Of a PEFT adapter over its base: the factors of what it adds. */
  readonly adapter?: { readonly modules: readonly AdaptedTensor[] };
  /** Reads every file once more to take its digest. */
  provenance(): Promise<Provenance>;
  close(): Promise<void>;
}

const FORMATS =
  "safetensors (*.safetensors, *.safetensors.index.json), TensorFlow.js (model.json, weights manifest) and ONNX (*.onnx)";

/**
 * Opens the model at `path`: a file of one of the formats, or a directory that holds exactly one.
 * Throws `FormatError` for a file that breaks its format, `InputError` if there is no model or more than one,
 * and for an adapter's directory: `openModelOver` opens that.
 */
export async function openModel(opener: SourceOpener, path: string): Promise<Model> {
  const names = await opener.list(path);
  if (names?.includes(ADAPTER_CONFIG) === true) {
    throw new InputError(`${path}: is an adapter, which is a model only over its base`, {
      remedy: "Give the base's weights as well (--base-weights), or a merged model.",
    });
  }
  const file = names === undefined ? path : opener.join(path, chooseModelFile(path, names));
  const source = await opener.open(file);
  const opened: ModelFile[] = [{ name: file.split(/[/\\]/u).at(-1) ?? file, source }];
  const close = async (): Promise<void> => {
    for (const each of opened) await each.source.close();
  };
  try {
    const format = await detectFormat(source);
    const unsorted = await readFormat[format](opener, source, opened);
    const tensors = [...unsorted].sort((a, b) => compareNames(a.name, b.name));
    if (tensors.length === 0) throw new InputError(`${file}: the model has no tensor`);
    return { path: file, format, tensors, close, provenance: () => recordProvenance(format, opened, tensors) };
  } catch (error) {
    await close();
    throw error;
  }
}

type ReadFormat = (opener: SourceOpener, source: ByteSource, opened: ModelFile[]) => Promise<readonly ModelTensor[]>;

/** What one file says by itself. */
type FileFormat = Exclude<ModelFormat, "peft-lora">;

const readFormat: Readonly<Record<FileFormat, ReadFormat>> = {
  safetensors: (_opener, source) => readSafetensors(source),
  "safetensors-sharded": readSafetensorsIndex,
  tfjs: readTfjs,
  onnx: readOnnx,
};

/** The one model file among the names in a directory. Shards count only through their index. */
function chooseModelFile(directory: string, names: readonly string[]): string {
  const isModel = (name: string): boolean =>
    name.endsWith(".safetensors.index.json") ||
    name.endsWith(".onnx") ||
    (name.endsWith(".safetensors") && !/-\d+-of-\d+\.safetensors$/u.test(name)) ||
    /(^|[-_.])(model|weights_manifest)\.json$/u.test(name);
  const found = names.filter(isModel).sort();
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    throw new InputError(`${directory}: holds no model file`, { remedy: `Known formats: ${FORMATS}.` });
  }
  throw new InputError(`${directory}: holds more than one model file: ${found.join(", ")}`, {
    remedy: "Give the path of one of them.",
  });
}

/** By name where the name tells, else by content: safetensors starts with a binary length, the others with JSON. */
async function detectFormat(source: ByteSource): Promise<FileFormat> {
  if (source.name.endsWith(".safetensors")) return "safetensors";
  if (source.name.endsWith(".onnx")) return "onnx";
  const start = await source.read(0, Math.min(9, source.size));
  const isJson =
    source.name.endsWith(".json") || (/^[\s[{]/u.test(String.fromCharCode(...start)) && !start.includes(0));
  if (!isJson) {
    if (start[8] === 0x7b) return "safetensors";
    // ONNX begins with its version: field 1, a small number.
    if (start[0] === 0x08 && (start[1] ?? 255) < 64) return "onnx";
    throw new FormatError(source.name, "is not a model file of a known format", {
      remedy: `Known formats: ${FORMATS}.`,
    });
  }
  const json = parseJsonStrict(await readWhole(source, MAX_HEADER_BYTES), source.name);
  if (Array.isArray(json)) return "tfjs";
  if (typeof json === "object" && json !== null && "weight_map" in json) return "safetensors-sharded";
  if (typeof json === "object" && json !== null && "weightsManifest" in json) return "tfjs";
  throw new FormatError(source.name, "has neither a weight_map nor a weightsManifest", {
    remedy: `Known formats: ${FORMATS}.`,
  });
}
