import { FormatError } from "../errors/errors.js";

/** Random access to the bytes of one file, wherever they are: disk, memory, network. */
export interface ByteSource {
  /** How errors name it: the path as the user gave it. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; the caller keeps within `size`. The result is not modified later. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** SHA-256 of all bytes as 64 lowercase hex digits, where the host has a faster one than this library's. */
  sha256?(): Promise<string>;
  /** Gives back what is held open. Reading afterwards is an error. */
  close(): Promise<void>;
}

/** A `ByteSource` over bytes in memory. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > bytes.length) {
        return Promise.reject(new RangeError(`${name}: bytes ${offset} to ${offset + length} of ${bytes.length}`));
      }
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
    close: () => Promise.resolve(),
  };
}

/**
 * Several sources read as one, back to back: TensorFlow.js cuts a group of weights into shards at any byte.
 * `name` is that of the whole; `close` closes every part.
 */
export function concatenatedSource(name: string, parts: readonly ByteSource[]): ByteSource {
  const starts: number[] = [];
  let size = 0;
  for (const part of parts) {
    starts.push(size);
    size += part.size;
  }
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    if (offset < 0 || length < 0 || offset + length > size) {
      throw new RangeError(`${name}: bytes ${offset} to ${offset + length} of ${size}`);
    }
    const pieces: Uint8Array[] = [];
    for (const [index, part] of parts.entries()) {
      const start = starts[index] ?? 0;
      const from = Math.max(offset, start);
      const to = Math.min(offset + length, start + part.size);
      if (from < to) pieces.push(await part.read(from - start, to - from));
    }
    const [only] = pieces;
    if (only !== undefined && pieces.length === 1) return only;
    const whole = new Uint8Array(length);
    let filled = 0;
    for (const piece of pieces) {
      whole.set(piece, filled);
      filled += piece.length;
    }
    return whole;
  };
  return {
    name,
    size,
    read,
    close: async () => {
      for (const part of parts) await part.close();
    },
  };
}

/** All bytes of a small file. More than `maxBytes` throws `FormatError`: a header is not a place for gigabytes. */
export async function readWhole(source: ByteSource, maxBytes: number): Promise<Uint8Array> {
  if (source.size > maxBytes) {
    throw new FormatError(source.name, `is ${source.size} bytes long, at most ${maxBytes} are read as JSON`, {
      remedy: "Give the model's own file, index or directory.",
    });
  }
  return source.read(0, source.size);
}
