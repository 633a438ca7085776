import { FormatError } from "../../errors/errors.js";
import type { ByteSource } from "../byte-source.js";
import { SAFETENSORS_DTYPES, type Dtype } from "../dtype.js";
import { assertNotForeign } from "./foreign-file.js";
import { parseJsonStrict } from "./json-text.js";
import { storedTensorReader } from "../stored-tensor.js";
import { assertTensorName, elementCountOf, parseShape, type TensorReader } from "../tensor.js";

/** Longest JSON header that is read; the limit of the format's own implementation. */
export const MAX_HEADER_BYTES = 100_000_000;

const LENGTH_BYTES = 8;
const DAMAGED = "The file is damaged or was cut off: download or export it again.";

interface HeaderEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtypeName: string;
  readonly dtype: Dtype;
  /** Byte range in the part of the file after the header. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors of a safetensors file: the header's length (8 bytes, little-endian), a JSON header, raw values.
 * The values must cover the rest of the file without gap or overlap, so that no byte is outside the commitment.
 * Throws `FormatError` naming the tensor and the numbers. Source: huggingface/safetensors, README, "Format".
 */
export async function readSafetensors(source: ByteSource): Promise<readonly TensorReader[]> {
  await assertNotForeign(source);
  const header = await readHeader(source);
  const entries = parseHeader(source.name, header.value);
  const start = LENGTH_BYTES + header.bytes;
  assertCoverage(source.name, entries, source.size - start);
  return entries.map((entry) => storedTensorReader({ ...entry, source, offset: start + entry.begin }));
}

async function readHeader(source: ByteSource): Promise<{ readonly value: unknown; readonly bytes: number }> {
  if (source.size < LENGTH_BYTES) {
    throw new FormatError(source.name, `is ${source.size} bytes long, too short for safetensors`, { remedy: DAMAGED });
  }
  const first = await source.read(0, LENGTH_BYTES);
  const length = new DataView(first.buffer, first.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw new FormatError(
      source.name,
      `says that its header has ${length} bytes, at most ${MAX_HEADER_BYTES} are read`,
      {
        offset: 0,
        remedy: "This is not a safetensors file, or it is damaged.",
      },
    );
  }
  const bytes = Number(length);
  if (LENGTH_BYTES + bytes > source.size) {
    throw new FormatError(source.name, `says that its header has ${bytes} bytes, but the file has ${source.size}`, {
      offset: 0,
      remedy: DAMAGED,
    });
  }
  const text = await source.read(LENGTH_BYTES, bytes);
  return { value: parseJsonStrict(text, source.name, LENGTH_BYTES), bytes };
}

function parseHeader(path: string, header: unknown): readonly HeaderEntry[] {
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new FormatError(path, "its header is not a JSON object", { offset: LENGTH_BYTES, remedy: DAMAGED });
  }
  return Object.entries(header as Record<string, unknown>)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => parseEntry(path, name, entry));
}

function parseEntry(path: string, name: string, entry: unknown): HeaderEntry {
  const reject = (detail: string, remedy = DAMAGED): never => {
    throw new FormatError(path, `tensor ${JSON.stringify(name)}: ${detail}`, { remedy });
  };
  assertTensorName(path, name);
  if (typeof entry !== "object" || entry === null) return reject(`its header entry is ${JSON.stringify(entry)}`);
  const { dtype: dtypeName, shape: sides, data_offsets: offsets } = entry as Record<string, unknown>;
  const dtype = typeof dtypeName === "string" ? SAFETENSORS_DTYPES.get(dtypeName) : undefined;
  if (typeof dtypeName !== "string" || dtype === undefined) {
    const known = [...SAFETENSORS_DTYPES.keys()].join(", ");
    return reject(
      `the dtype ${JSON.stringify(dtypeName)} is not supported`,
      `Supported are ${known}. Dtypes of fewer bits hold codes: dequantize the model with its scales; a cast would lose them.`,
    );
  }
  const shape = parseShape(path, name, sides);
  if (!Array.isArray(offsets) || offsets.length !== 2) {
    return reject(`its data_offsets are ${JSON.stringify(offsets)}, not two numbers`);
  }
  const [begin, end] = offsets as [unknown, unknown];
  if (!isOffset(begin) || !isOffset(end) || begin > end) {
    return reject(`its data_offsets are ${JSON.stringify(offsets)}, not a range of bytes`);
  }
  const expected = elementCountOf(shape) * dtype.bytes;
  if (end - begin !== expected) {
    return reject(
      `its data_offsets ${JSON.stringify(offsets)} span ${end - begin} bytes, ` +
        `but shape ${JSON.stringify(shape)} of ${dtypeName} needs ${expected}`,
    );
  }
  return { name, shape, dtypeName, dtype, begin, end };
}

function isOffset(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Throws `FormatError` unless the tensors follow each other without gap or overlap and fill `size` bytes. */
function assertCoverage(path: string, entries: readonly HeaderEntry[], size: number): void {
  // Empty tensors sort before the tensor that starts at the same byte.
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let next = 0;
  let previous = "the header";
  for (const { name, begin, end } of ordered) {
    const label = `tensor ${JSON.stringify(name)}`;
    if (end > size) {
      throw new FormatError(path, `${label} ends at byte ${end} of the values, but the file has only ${size}`, {
        remedy: DAMAGED,
      });
    }
    if (begin !== next) {
      const wrong = begin < next ? "overlaps" : "leaves a gap after";
      throw new FormatError(
        path,
        `${label} starts at byte ${begin} of the values and ${wrong} ${previous}, ` + `which ends at ${next}`,
        { remedy: DAMAGED },
      );
    }
    next = end;
    previous = label;
  }
  if (next !== size) {
    throw new FormatError(path, `holds ${size} bytes of values, but its tensors only ${next}`, { remedy: DAMAGED });
  }
}
