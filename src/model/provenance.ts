import { sha256 as createSha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { ByteSource } from "./byte-source.js";
import type { ModelTensor } from "./tensor.js";

/** The file formats that can be read. */
export type ModelFormat = "safetensors" | "safetensors-sharded" | "tfjs" | "onnx" | "peft-lora";

/** A file that was read, by its name, size and SHA-256 (64 lowercase hex digits). */
export interface FileRecord {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Where a model's weights came from. It stands beside the manifest and is not part of the model id, so that
 * equal weights have one id whatever the format, the shards and the dtypes.
 */
export interface Provenance {
  readonly format: ModelFormat;
  /** Every file that was read, the one that lists the others first. `name` is relative to its directory. */
  readonly files: readonly FileRecord[];
  /** The stored dtype of every tensor, in manifest order. */
  readonly tensors: readonly { readonly name: string; readonly dtype: string }[];
}

/** A file of a model, with its name relative to the model's directory. */
export interface ModelFile {
  readonly name: string;
  readonly source: ByteSource;
}

const CHUNK_BYTES = 1 << 22;

/** SHA-256 of `length` bytes from `offset`, read in chunks, as 64 lowercase hex digits. */
export async function sha256Range(source: ByteSource, offset: number, length: number): Promise<string> {
  const hash = createSha256.create();
  for (let done = 0; done < length; done += CHUNK_BYTES) {
    hash.update(await source.read(offset + done, Math.min(CHUNK_BYTES, length - done)));
  }
  return bytesToHex(hash.digest());
}

/** Reads every file once to take its digest. */
export async function recordProvenance(
  format: ModelFormat,
  files: readonly ModelFile[],
  tensors: readonly ModelTensor[],
): Promise<Provenance> {
  const records = [];
  for (const { name, source } of files) {
    const sha256 = (await source.sha256?.()) ?? (await sha256Range(source, 0, source.size));
    records.push({ name, bytes: source.size, sha256 });
  }
  return { format, files: records, tensors: tensors.map(({ name, dtype }) => ({ name, dtype })) };
}
