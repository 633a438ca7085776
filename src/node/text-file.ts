import { open, stat, type FileHandle } from "node:fs/promises";
import { FormatError, InputError, UnavailableError } from "../errors/errors.js";

/** Committed models of 4 million tiles fit; anything larger is not a file of this project. */
const MAX_BYTES = 2 ** 30;

/**
 * Reads a UTF-8 text file. Throws `InputError` if there is none, `FormatError` if it is too large or not UTF-8,
 * `UnavailableError` if it cannot be read.
 */
export async function readTextFile(path: string): Promise<string> {
  return withFile(path, (handle) => readText(handle, path));
}

/** Whether there is a file of that name. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Whether there is a folder of that name. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Reads a file of secrets. As `readTextFile`, and refuses one that others may read: its secret is no longer one.
 */
export async function readSecretFile(path: string): Promise<string> {
  return withFile(path, async (handle) => {
    const { mode } = await handle.stat();
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new InputError(
        `${path}: holds secrets, but its mode is ${(mode & 0o777).toString(8)}: others may read it`,
        {
          remedy: `Run: chmod 600 ${path}`,
        },
      );
    }
    return readText(handle, path);
  });
}

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    return await use(handle);
  } catch (cause) {
    if (cause instanceof InputError || cause instanceof FormatError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new InputError(`${path}: no such file`, { remedy: "Check the path.", cause });
    }
    if (code === "EISDIR") throw new InputError(`${path}: is a directory, expected a file`, { cause });
    throw new UnavailableError(`${path}: cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      remedy: "Check the file's permissions.",
      cause,
    });
  } finally {
    await handle?.close();
  }
}

async function readText(handle: FileHandle, path: string): Promise<string> {
  const { size } = await handle.stat();
  if (size > MAX_BYTES) throw new FormatError(path, `has ${size} bytes, expected at most ${MAX_BYTES}`);
  const bytes = await handle.readFile();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(path, "is not UTF-8 text", { cause });
  }
}
