import { createHash } from "node:crypto";
import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError, UnavailableError } from "../errors/errors.js";
import type { ByteSource } from "../model/byte-source.js";
import type { SourceOpener } from "../model/source-opener.js";

/** What is hashed at once. */
const CHUNK_BYTES = 1 << 20;

/** A file on disk, read in pieces through one handle. */
class FileSource implements ByteSource {
  constructor(
    readonly name: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle
        .read(bytes, filled, length - filled, offset + filled)
        .catch((cause: unknown) => {
          throw fileError(this.name, cause);
        });
      if (bytesRead === 0) {
        throw new UnavailableError(
          `${this.name}: ends at byte ${offset + filled}, but it had ${this.size} when opened`,
          {
            remedy: "Do not change the file while it is read.",
          },
        );
      }
      filled += bytesRead;
    }
    return bytes;
  }

  async sha256(): Promise<string> {
    const hash = createHash("sha256");
    for (let done = 0; done < this.size; done += CHUNK_BYTES) {
      hash.update(await this.read(done, Math.min(CHUNK_BYTES, this.size - done)));
    }
    return hash.digest("hex");
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** The file system as a `SourceOpener`. No file is ever read whole unless its reader asks for that. */
export const fileSystem: SourceOpener = {
  open: async (path) => {
    try {
      const handle = await open(path, "r");
      const { size } = await handle.stat();
      return new FileSource(path, size, handle);
    } catch (cause) {
      throw fileError(path, cause);
    }
  },
  list: async (path) => {
    try {
      return (await stat(path)).isDirectory() ? await readdir(path) : undefined;
    } catch (cause) {
      throw fileError(path, cause);
    }
  },
  join,
  directoryOf: dirname,
};

/** No such file is the user's mistake; anything else means that the check could not be made. */
function fileError(path: string, cause: unknown): InputError | UnavailableError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new InputError(`${path}: no such file or directory`, { remedy: "Check the path.", cause });
  }
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new UnavailableError(`${path}: cannot be read: ${detail}`, { remedy: "Check the file's permissions.", cause });
}
