import { FormatError, InputError } from "../errors/errors.js";
import { readWhole, type ByteSource } from "./byte-source.js";
import { parseJsonStrict } from "./formats/json-text.js";
import { assertNotForeign, looksLikeSafetensors } from "./formats/foreign-file.js";
import { isAdapterConfig, type AdaptedTensor } from "./formats/lora-module.js";
import { assertNoShard, contentOfFolder, KNOWN_FORMATS } from "./model-folder.js";
import { readOnnx } from "./formats/onnx.js";
import { readCodes } from "./formats/read-codes.js";
import { recordProvenance, type ModelFile, type ModelFormat, type Provenance } from "./provenance.js";
import { MAX_HEADER_BYTES, readSafetensors } from "./formats/safetensors.js";
import { readSafetensorsIndex, readShards } from "./formats/safetensors-index.js";
import type { SourceOpener } from "./source-opener.js";
import { compareNames, type ModelTensor } from "./tensor.js";
import { readTfjs } from "./formats/tfjs.js";

/** An opened model: its tensors can be read until it is closed. */
export interface Model {
  /** The file that was opened, or found in the folder; the folder, for shards without an index. */
  readonly path: string;
  readonly format: ModelFormat;
  /** In manifest order: by the UTF-8 bytes of their names, all different. */
  readonly tensors: readonly ModelTensor[];
  /** What was decided in reading it that is not plain from the path, a sentence each: files that were left aside. */
  readonly notes: readonly string[];
  /** Of a PEFT adapter over its base: the factors of what it adds. */
  readonly adapter?: { readonly modules: readonly AdaptedTensor[] };
  /** Reads every file once more to take its digest. */
  provenance(): Promise<Provenance>;
  close(): Promise<void>;
}

/**
 * Opens the model at `path`: a file of one of the formats, or a folder that holds exactly one.
 * Throws `FormatError` for a file that breaks its format, `InputError` if there is no model or more than one,
 * and for an adapter's folder: `openModelOver` opens that.
 */
export async function openModel(opener: SourceOpener, path: string): Promise<Model> {
  const names = await opener.list(path);
  if (names === undefined) {
    if (isAdapterConfig(path)) throw adapterAlone(path);
    assertNoShard(path);
    return openFile(opener, path, []);
  }
  const { model, otherWeights } = contentOfFolder(path, names);
  switch (model.kind) {
    case "adapter":
      throw adapterAlone(path);
    case "shards":
      return openShards(opener, path, model.names, otherWeights);
    case "foreign":
    case "file":
      return openFile(opener, opener.join(path, model.name), otherWeights);
  }
}

function adapterAlone(path: string): InputError {
  return new InputError(`${path}: is an adapter, which is a model only over its base`, {
    remedy: "Give the base's weights as well (--base-weights), or a merged model.",
  });
}

/** Opens a file; `otherWeights` are those beside it, of which the user hears unless they turn out to be parts of it. */
async function openFile(opener: SourceOpener, file: string, otherWeights: readonly string[]): Promise<Model> {
  const source = await opener.open(file);
  const opened: ModelFile[] = [{ name: file.split(/[/\\]/u).at(-1) ?? file, source }];
  return finish(file, opened, otherWeights, async () => {
    const format = await detectFormat(source);
    return { format, tensors: await readFormat[format](opener, source, opened) };
  });
}

async function openShards(
  opener: SourceOpener,
  folder: string,
  names: readonly string[],
  otherWeights: readonly string[],
): Promise<Model> {
  const opened: ModelFile[] = [];
  const model = await finish(folder, opened, otherWeights, async () => {
    for (const name of names) opened.push({ name, source: await opener.open(opener.join(folder, name)) });
    return { format: "safetensors-sharded", tensors: await readShards(folder, opened) };
  });
  const note = `${folder}: read as ${names.length} shards without an index; only their names say that none is missing`;
  return { ...model, notes: [note, ...model.notes] };
}

/** Reads the files and closes them if that fails. */
async function finish(
  path: string,
  opened: readonly ModelFile[],
  otherWeights: readonly string[],
  read: () => Promise<{ readonly format: FileFormat; readonly tensors: readonly ModelTensor[] }>,
): Promise<Model> {
  const close = async (): Promise<void> => {
    for (const each of opened) await each.source.close();
  };
  try {
    const { format, tensors: stored } = await read();
    const weights = format.startsWith("safetensors") ? await readCodes(path, stored) : { tensors: stored, notes: [] };
    const tensors = [...weights.tensors].sort((a, b) => compareNames(a.name, b.name));
    if (tensors.length === 0) throw new InputError(`${path}: the model has no tensor`);
    const ignored = otherWeights.filter((name) => opened.every((file) => file.name !== name));
    const notes = [...weights.notes, ...notesOnIgnored(path, ignored)];
    return { path, format, tensors, notes, close, provenance: () => recordProvenance(format, opened, tensors) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is said about files of weights beside a model that are not part of it. */
export function notesOnIgnored(path: string, ignored: readonly string[]): readonly string[] {
  if (ignored.length === 0) return [];
  const shown = ignored.slice(0, 8).join(", ");
  const more = ignored.length > 8 ? ` and ${ignored.length - 8} more` : "";
  return [`${path} is read; other weights in its folder are not: ${shown}${more}`];
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

/** By content where that tells, whatever the name; else by name, so that a damaged file is named as what it should be. */
async function detectFormat(source: ByteSource): Promise<FileFormat> {
  await assertNotForeign(source);
  const start = await source.read(0, Math.min(9, source.size));
  if (looksLikeSafetensors(start)) return "safetensors";
  const text = String.fromCharCode(...start).replace(/^\xef\xbb\xbf/u, "");
  const isJson = source.name.endsWith(".json") || (/^[\s[{]/u.test(text) && !start.includes(0));
  if (!isJson) {
    if (source.name.endsWith(".safetensors")) return "safetensors";
    // ONNX begins with its version: field 1, a small number.
    if (source.name.endsWith(".onnx") || (start[0] === 0x08 && (start[1] ?? 255) < 64)) return "onnx";
    throw new FormatError(source.name, "is not a model file of a known format", {
      remedy: `Known formats: ${KNOWN_FORMATS}.`,
    });
  }
  const json = parseJsonStrict(await readWhole(source, MAX_HEADER_BYTES), source.name);
  if (Array.isArray(json)) return "tfjs";
  const has = (key: string): boolean => typeof json === "object" && json !== null && key in json;
  if (has("weight_map")) return "safetensors-sharded";
  if (has("weightsManifest")) return "tfjs";
  throw new FormatError(source.name, jsonWords(has), { remedy: `Known formats: ${KNOWN_FORMATS}.` });
}

/** What a JSON file is that is no model, as far as its keys tell. */
function jsonWords(has: (key: string) => boolean): string {
  if (has("modelId")) return "is a committed model, not its weights";
  if (has("error")) return "is an error message in JSON, not a model: download the file again";
  if (has("model_type") || has("architectures")) return "is the configuration of a model, not its weights";
  return "is JSON with neither a weight_map nor a weightsManifest";
}
