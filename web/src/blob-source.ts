import { type ByteSource, InputError, type SourceOpener, UnavailableError } from "fine-tuning-integrity";

/** The part of a `Blob` that is used. A `File` is one. */
export interface Bytes {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Bytes that are fetched at once: tiles ask for rows, and every question to a file costs a way to another process. */
const BLOCK_BYTES = 2 ** 20;
/** Blocks that are kept: 64 MiB, the row panel of a wide matrix. */
const BLOCKS_KEPT = 64;

/** A `ByteSource` over a file that a reader chose: read piece by piece, never as a whole. */
export function blobSource(name: string, bytes: Bytes): ByteSource {
  /** Least recently used first. */
  const blocks = new Map<number, Promise<Uint8Array>>();
  const block = (index: number): Promise<Uint8Array> => {
    const start = index * BLOCK_BYTES;
    const known = blocks.get(index) ?? readPart(name, bytes, start, Math.min(start + BLOCK_BYTES, bytes.size));
    blocks.delete(index);
    blocks.set(index, known);
    // What could not be read is asked for again next time.
    known.catch(() => blocks.delete(index));
    const [oldest] = blocks.keys();
    if (blocks.size > BLOCKS_KEPT && oldest !== undefined) blocks.delete(oldest);
    return known;
  };
  return {
    name,
    size: bytes.size,
    read: async (offset, length) => {
      const end = offset + length;
      if (offset < 0 || length < 0 || end > bytes.size) {
        throw new RangeError(`${name}: bytes ${offset} to ${end} of ${bytes.size}`);
      }
      if (length >= BLOCK_BYTES) return readPart(name, bytes, offset, end);
      const whole = new Uint8Array(length);
      for (let at = offset; at < end;) {
        const index = Math.floor(at / BLOCK_BYTES);
        const start = index * BLOCK_BYTES;
        const piece = (await block(index)).subarray(at - start, Math.min(end - start, BLOCK_BYTES));
        whole.set(piece, at - offset);
        at += piece.length;
      }
      return whole;
    },
    close: () => {
      blocks.clear();
      return Promise.resolve();
    },
  };
}

async function readPart(name: string, bytes: Bytes, start: number, end: number): Promise<Uint8Array> {
  let buffer: ArrayBuffer;
  try {
    buffer = await bytes.slice(start, end).arrayBuffer();
  } catch (cause) {
    throw new UnavailableError(`${name}: can no longer be read`, {
      remedy: "It may have been moved or changed since you chose it. Choose it again.",
      cause,
    });
  }
  // A file that has shrunk gives less than it was asked for.
  if (buffer.byteLength !== end - start) throw new UnavailableError(`${name}: has changed since you chose it`);
  return new Uint8Array(buffer);
}

/** A file by the name under which others refer to it. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Bytes;
}

/** The folder that chosen files seem to lie in. */
const FOLDER = "the chosen files";

/** Opens files by their names: they all lie in one folder, as far as a page can tell. */
export function blobOpener(files: readonly NamedBytes[]): SourceOpener {
  const byName = new Map(files.map(({ name, bytes }) => [name, bytes]));
  return {
    open: (path) => {
      const bytes = byName.get(path);
      if (bytes !== undefined) return Promise.resolve(blobSource(path, bytes));
      return Promise.reject(new InputError(`${path}: is not among the chosen files`, { remedy: "Choose it as well." }));
    },
    list: (path) => Promise.resolve(path === FOLDER ? [...byName.keys()] : undefined),
    join: (_folder, name) => name,
    directoryOf: () => FOLDER,
  };
}

/** What `openModel` is to open: the only file, or the folder of all. */
export function pathOf(files: readonly NamedBytes[]): string {
  const [only] = files;
  return only !== undefined && files.length === 1 ? only.name : FOLDER;
}
