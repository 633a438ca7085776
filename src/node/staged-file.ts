import { createHash } from "node:crypto";
import { lstat, realpath } from "node:fs/promises";
import { InputError } from "../errors/errors.js";
import type { ByteSink } from "../groth16/setup/byte-sink.js";
import type { Disk, DiskFile } from "./disk.js";
import { onInterrupt } from "./interrupts.js";
import { removeLeftParts, temporaryPath } from "./left-behind.js";

/** Bytes read back at a time. */
const READ_BYTES = 1 << 20;

/** How a file is written. */
export interface StageOptions {
  readonly disk: Disk;
  /** Readable by its owner alone (mode 0600). */
  readonly secret: boolean;
}

/** A file that is written whole, checked and on the medium, under a temporary name beside its own. */
export interface StagedFile {
  /** Where it belongs, symbolic links followed. */
  readonly path: string;
  readonly temporary: string;
  readonly secret: boolean;
  /** Removes the temporary file, if it still has that name. */
  discard(): void;
}

/**
 * Writes a file under a temporary name in the folder of `path`. `fill` gives its bytes, front to back. They are read
 * back and compared before they count as written. A file that is there already passes its permissions on, unless the
 * new one is secret. Nothing stays behind if this fails, or if a signal ends the process.
 *
 * Throws `InputError` where others could read a secret; otherwise what the file system throws.
 */
export async function stageFile(
  path: string,
  fill: (sink: ByteSink) => Promise<void>,
  { disk, secret }: StageOptions,
): Promise<StagedFile> {
  const target = await realpath(path).catch(() => path);
  await removeLeftParts(target);
  const before = await lstat(target).catch(() => undefined);
  const temporary = temporaryPath(target);
  const forget = onInterrupt(() => {
    disk.remove(temporary);
  });
  const discard = (): void => {
    try {
      disk.remove(temporary);
    } finally {
      forget();
    }
  };
  try {
    const file = await disk.create(temporary, secret ? 0o600 : 0o666);
    try {
      if (secret) assertHidden(path, (await file.stat()).mode);
      const given = await writeThrough(file, fill);
      if (before?.isFile() === true && !secret) {
        await file.resemble({ mode: before.mode & 0o777, uid: before.uid, gid: before.gid });
      }
      await file.sync();
      await assertHolds(file, given);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    await file.close(); // Some network file systems only find out here that there is no room.
  } catch (error) {
    discard();
    throw error;
  }
  return { path: target, temporary, secret, discard };
}

/** Asked of the empty file: a secret must not be readable by others even for a moment. */
function assertHidden(path: string, mode: number): void {
  // Windows has access lists instead; a user's folders are private.
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  throw new InputError(`${path}: others could read it, the file system gives it mode ${mode.toString(8)}`, {
    remedy: "Write secrets to a file system that keeps permissions (--secrets).",
  });
}

/** What a file should hold. */
interface Given {
  readonly size: number;
  readonly sha256: string;
}

async function writeThrough(file: DiskFile, fill: (sink: ByteSink) => Promise<void>): Promise<Given> {
  const hash = createHash("sha256");
  let size = 0;
  await fill({
    write: async (bytes) => {
      hash.update(bytes);
      size += bytes.length;
      await writeAll(file, bytes);
    },
  });
  return { size, sha256: hash.digest("hex") };
}

async function assertHolds(file: DiskFile, { size, sha256 }: Given): Promise<void> {
  const { size: written } = await file.stat();
  if (written !== size) throw new Error(`${written} of ${size} bytes are in the file`);
  if ((await digestOf(file)) !== sha256) throw new Error("the file does not hold what was written to it");
}

/** A disk that is almost full takes some of the bytes and says so; only the next call fails. */
async function writeAll(file: DiskFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const taken = await file.write(bytes.subarray(done));
    if (taken <= 0) throw new Error(`no more than ${done} of ${bytes.length} bytes could be written`);
    done += taken;
  }
}

async function digestOf(file: DiskFile): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(READ_BYTES);
  for (let position = 0; ;) {
    const count = await file.read(buffer, position);
    if (count <= 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, count));
    position += count;
  }
}
