import { linkSync, openSync, closeSync, fsyncSync, renameSync, rmSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

/** Permissions and owner that a file takes over from the one it replaces. */
export interface Ownership {
  /** Permission bits, 0 to 0o777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A new file that is being written. Its methods throw as those of `node:fs` do. */
export interface DiskFile {
  /** Permission bits, 0 to 0o777, and bytes so far. */
  stat(): Promise<{ readonly mode: number; readonly size: number }>;
  /** Appends what there is room for, and returns how many bytes that was: often all, sometimes fewer. */
  write(bytes: Uint8Array): Promise<number>;
  /** Fills what it can of `buffer` with the bytes from `position` on; 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Takes over permissions and, where the system lets us, the owner. */
  resemble(ownership: Ownership): Promise<void>;
  /** Returns when the bytes are on the medium. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What writing asks of a file system: a seam, so that tests can have a disk that is full at any byte. The calls that
 * change names are synchronous: nothing, not even Ctrl-C, comes between several of them.
 */
export interface Disk {
  /** Makes a file. Throws EEXIST if there is one. */
  create(path: string, mode: number): Promise<DiskFile>;
  rename(from: string, to: string): void;
  /** A second name for a file. Throws EEXIST if that name is taken. */
  link(from: string, to: string): void;
  /** Removes a file, if there is one. */
  remove(path: string): void;
  /** Returns when the names in a folder are on the medium. */
  syncFolder(path: string): void;
}

/** The real one. */
export const nodeDisk: Disk = {
  create: async (path, mode) => new NodeFile(await open(path, "wx+", mode)),
  rename: renameSync,
  link: linkSync,
  remove: (path) => {
    rmSync(path, { force: true });
  },
  syncFolder,
};

class NodeFile implements DiskFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async stat(): Promise<{ mode: number; size: number }> {
    const { mode, size } = await this.#handle.stat();
    return { mode: mode & 0o777, size };
  }

  async write(bytes: Uint8Array): Promise<number> {
    return (await this.#handle.write(bytes, 0, bytes.length, null)).bytesWritten;
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.read(buffer, 0, buffer.length, position)).bytesRead;
  }

  async resemble({ mode, uid, gid }: Ownership): Promise<void> {
    const { uid: ownUid, gid: ownGid } = await this.#handle.stat();
    // Only root may give files away; then the permissions come last, as a change of owner can take some of them.
    if (uid !== ownUid || gid !== ownGid) await this.#handle.chown(uid, gid).catch(() => undefined);
    await this.#handle.chmod(mode);
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** What systems say that cannot sync a folder at all, or do not let us open it. Anything else is a failure. */
const NO_FOLDER_SYNC = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EISDIR", "EBADF", "EACCES", "EPERM"]);

function syncFolder(path: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    fsyncSync(descriptor);
  } catch (error) {
    if (!NO_FOLDER_SYNC.has(errorCode(error))) throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** The system's name of an error, such as ENOSPC; empty if it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
