import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { FtiError, InputError, UnavailableError } from "../errors/errors.js";
import type { ByteSink } from "../groth16/setup/byte-sink.js";
import { errorCode, nodeDisk, type Disk } from "./disk.js";
import { fileExists, publishFiles, type KeptSecrets } from "./publish-files.js";
import { stageFile, type StagedFile } from "./staged-file.js";

/** A file to be written. */
export interface OutputFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Readable by its owner alone (mode 0600), and never replaced: what is there is moved aside. */
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
    const directory = dirname(path);
    const found = await stat(directory).catch(() => undefined);
    if (found?.isDirectory() !== true) {
      throw new InputError(`${path}: its directory does not exist`, { remedy: `Make ${directory} first.` });
    }
    if (fileExists(path) && !force) {
      throw new InputError(`${path}: exists already`, { remedy: "Give another name, or --force to replace it." });
    }
  }
}

/**
 * Writes files, all or none: every byte of all of them is on the disk and was compared before the first one gets its
 * name, and if anything fails the old files are whole and nothing is left behind. Secrets get mode 0600, and are refused where the
 * file system would let others read them. Secrets that are there already are kept: returns where.
 *
 * Throws `UnavailableError` naming the file that could not be written, `InputError` for a name that is no file's.
 */
export async function writeOutputs(
  files: readonly OutputFile[],
  disk: Disk = nodeDisk,
): Promise<readonly KeptSecrets[]> {
  const staged: StagedFile[] = [];
  try {
    for (const { path, content, secret = false } of files) {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      const fill = (sink: ByteSink): Promise<void> => sink.write(bytes);
      staged.push(await orCannotWrite(path, () => stageFile(path, fill, { disk, secret })));
    }
    return await orCannotWrite(files.map(({ path }) => path).join(", "), () => publishFiles(staged, disk));
  } finally {
    for (const file of staged) file.discard();
  }
}

/** As `writeOutputs`, of one file whose bytes come piece by piece. */
export async function writeFileThrough(
  path: string,
  fill: (sink: ByteSink) => Promise<void>,
  disk: Disk = nodeDisk,
): Promise<void> {
  // What `fill` itself throws is no failure of the disk and stays as it is.
  let failed: { readonly error: unknown } | undefined;
  const watched = (sink: ByteSink): Promise<void> =>
    fill({ write: (bytes) => orCannotWrite(path, () => sink.write(bytes)) }).catch((error: unknown) => {
      failed = { error };
      throw error;
    });
  try {
    const staged = await stageFile(path, watched, { disk, secret: false });
    try {
      publishFiles([staged], disk);
    } finally {
      staged.discard();
    }
  } catch (error) {
    throw failed === undefined ? cannotWrite(path, error) : failed.error;
  }
}

/** Makes a directory and its parents, so that they are still there after a loss of power. */
export async function makeDirectory(path: string, disk: Disk = nodeDisk): Promise<void> {
  await orCannotWrite(path, async () => {
    const first = await mkdir(path, { recursive: true });
    if (first === undefined) return;
    for (let made = resolve(path); dirname(made) !== made; made = dirname(made)) {
      disk.syncFolder(dirname(made));
      if (made === resolve(first)) break;
    }
  });
}

async function orCannotWrite<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

function cannotWrite(path: string, cause: unknown): FtiError {
  if (cause instanceof FtiError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  const isFull = ["ENOSPC", "EDQUOT"].includes(errorCode(cause));
  return new UnavailableError(`${path}: cannot be written: ${detail}`, {
    remedy: isFull
      ? "The disk is full: free some space and run the command again. Nothing was replaced."
      : "Check the directory's permissions and the free space. Nothing was replaced.",
    cause,
  });
}
