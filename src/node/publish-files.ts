import { closeSync, lstatSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { SECRETS_FORMAT } from "../commitment/model-file.js";
import { InputError } from "../errors/errors.js";
import { errorCode, type Disk } from "./disk.js";
import type { StagedFile } from "./staged-file.js";

/** Secrets that were there before, and where they are now. */
export interface KeptSecrets {
  readonly path: string;
  readonly keptAs: string;
}

/**
 * Gives staged files their names, all or none, in their order. What they replace is gone afterwards, but secrets: those are
 * moved aside, to the first free one of `NAME.1`, `NAME.2`, and so on. If anything fails, all old files are under their
 * names again, and no new one is. Synchronous, so that a signal cannot come in between.
 *
 * Throws `InputError` if a name belongs to something that is no file; otherwise what the file system throws.
 */
export function publishFiles(files: readonly StagedFile[], disk: Disk): KeptSecrets[] {
  const kept: KeptSecrets[] = [];
  const spares: string[] = [];
  const undo: (() => void)[] = [];
  try {
    for (const { path, temporary, secret } of files) {
      if (!fileExists(path)) {
        disk.rename(temporary, path);
        undo.push(() => {
          disk.remove(path);
        });
        continue;
      }
      const isSecret = secret || holdsSecrets(path);
      const spare = isSecret ? keepAside(path, disk) : `${temporary.slice(0, -".part".length)}.old`;
      if (!isSecret) keepUnder(spare, path, disk);
      undo.push(() => {
        // A second name of the same file is left alone by a rename.
        disk.rename(spare, path);
        disk.remove(spare);
      });
      if (isSecret) kept.push({ path, keptAs: spare });
      else spares.push(spare);
      disk.rename(temporary, path);
    }
    for (const folder of new Set(files.map(({ path }) => dirname(path)))) disk.syncFolder(folder);
  } catch (error) {
    for (const step of undo.reverse()) attempt(step);
    throw error;
  }
  for (const spare of spares) {
    attempt(() => {
      disk.remove(spare);
    });
  }
  return kept;
}

/** Whether there is a file. Throws `InputError` if it is a folder or a device: those are not replaced. */
export function fileExists(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (found.isFile()) return true;
  throw new InputError(`${path}: is ${found.isDirectory() ? "a directory" : "no regular file"}`, {
    remedy: "Give the name of a file.",
  });
}

/** Gives a file a second name that nobody has, and returns it. */
function keepAside(path: string, disk: Disk): string {
  for (let number = 1; ; number++) {
    const name = `${path}.${number}`;
    if (lstatSync(name, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      keepUnder(name, path, disk);
      return name;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
  }
}

/** What file systems say that have no second names. */
const NO_LINKS = new Set(["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL"]);

/** Throws EEXIST if the name is taken. */
function keepUnder(name: string, path: string, disk: Disk): void {
  try {
    disk.link(path, name);
  } catch (error) {
    if (!NO_LINKS.has(errorCode(error))) throw error;
    // A rename would replace what is there. The exclusive claim of the name keeps it from that.
    closeSync(openSync(name, "wx", 0o600));
    try {
      disk.rename(path, name);
    } catch (cause) {
      disk.remove(name);
      throw cause;
    }
  }
}

/** Whether a file says at its beginning that it is one of secrets, whatever its name. */
function holdsSecrets(path: string): boolean {
  const start = Buffer.alloc(1024);
  const descriptor = openSync(path, "r");
  try {
    const length = readSync(descriptor, start, 0, start.length, 0);
    return start.toString("utf8", 0, length).includes(JSON.stringify(SECRETS_FORMAT));
  } finally {
    closeSync(descriptor);
  }
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // The other steps are to be done all the same; the caller has an error to report already, or none that counts.
  }
}
