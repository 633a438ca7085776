import { access, mkdir, open, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { InputError, UnavailableError } from "../errors/errors.js";

/** A file to be written. */
export interface OutputFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Readable by its owner alone (mode 0600). */
  readonly secret?: boolean;
}

/**
 * Refuses outputs that exist, unless `force`, and directories that do not: before any long work, so that nobody
 * waits for an error. Throws `InputError` naming the file.
 */
export async function assertWritable(paths: readonly string[], force: boolean): Promise<void> {
  const seen = new Set<string>();
  for (const path of paths) {
    if (seen.has(path)) throw new InputError(`${path}: is given for two outputs`, { remedy: "Give different names." });
    seen.add(path);
    if (!force && (await exists(path))) {
      throw new InputError(`${path}: exists already`, { remedy: "Give another name, or --force to replace it." });
    }
    const directory = dirname(path);
    const found = await stat(directory).catch(() => undefined);
    if (found?.isDirectory() !== true) {
      throw new InputError(`${path}: its directory does not exist`, { remedy: `Make ${directory} first.` });
    }
  }
}

/**
 * Writes files atomically, all or none: each appears whole under its name, and if one fails those written before
 * are removed. Secrets get mode 0600, and are refused where the file system would let others read them.
 * Throws `UnavailableError` naming the file that could not be written.
 */
export async function writeOutputs(files: readonly OutputFile[]): Promise<void> {
  for (const { path, secret } of files) if (secret === true) await assertKeepsSecrets(path);
  const written: string[] = [];
  for (const { path, content, secret } of files) {
    try {
      const bytes = typeof content === "string" ? content : Buffer.from(content);
      await writeFileAtomic(path, bytes, secret === true ? { mode: 0o600 } : {});
      written.push(path);
    } catch (cause) {
      for (const each of written) await rm(each, { force: true });
      throw cannotWrite(path, cause);
    }
  }
}

/** Makes a directory and its parents. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Tries an empty file first: a secret must not be readable by others even for a moment. */
async function assertKeepsSecrets(path: string): Promise<void> {
  if (process.platform === "win32") return; // Windows has access lists instead; a user's folders are private.
  const probe = join(dirname(path), `.fti-probe-${process.pid}-${Date.now().toString(36)}`);
  try {
    const handle = await open(probe, "wx", 0o600);
    const { mode } = await handle.stat();
    await handle.close();
    if ((mode & 0o077) !== 0) {
      throw new InputError(
        `${path}: others could read it, the file system gives it mode ${(mode & 0o777).toString(8)}`,
        {
          remedy: "Write secrets to a file system that keeps permissions (--secrets).",
        },
      );
    }
  } catch (cause) {
    throw cause instanceof InputError ? cause : cannotWrite(path, cause);
  } finally {
    await rm(probe, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function cannotWrite(path: string, cause: unknown): UnavailableError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new UnavailableError(`${path}: cannot be written: ${detail}`, {
    remedy: "Check the directory's permissions and the free space.",
    cause,
  });
}
