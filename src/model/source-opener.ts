import { FormatError, InputError } from "../errors/errors.js";
import { memorySource, type ByteSource } from "./byte-source.js";
import { assertNoPlaceholder } from "./formats/foreign-file.js";

/** The seam to a file system: formats that are spread over files find the others through it. */
export interface SourceOpener {
  /** Opens a file. Throws `InputError` if there is none, `UnavailableError` if it cannot be read. */
  open(path: string): Promise<ByteSource>;
  /** The names of the files in a directory, or `undefined` if the path is not a directory. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** The path of `name` (parts separated by `/`) in a directory. */
  join(directory: string, name: string): string;
  /** The directory that holds a file. */
  directoryOf(path: string): string;
}

/** A `SourceOpener` over files in memory; paths are separated by `/`. */
export function memoryFiles(files: ReadonlyMap<string, Uint8Array>): SourceOpener {
  return {
    open: (path) => {
      const bytes = files.get(path);
      if (bytes !== undefined) return Promise.resolve(memorySource(path, bytes));
      return Promise.reject(new InputError(`${path}: no such file`, { remedy: "Check the path." }));
    },
    list: (path) => {
      const names = [...files.keys()].filter((name) => name.startsWith(`${path}/`));
      const own = names.map((name) => name.slice(path.length + 1)).filter((name) => !name.includes("/"));
      return Promise.resolve(files.has(path) || names.length === 0 ? undefined : own);
    },
    join: (directory, name) => (directory === "" ? name : `${directory}/${name}`),
    directoryOf: (path) => path.slice(0, Math.max(0, path.lastIndexOf("/"))),
  };
}

/**
 * Opens a file that another one names, such as a shard. Only files at or below the directory of `owner`
 * may be named: a model file must not reach for other files of the machine. Throws `FormatError` naming both, and for
 * what stands in the place of a file, such as a git-lfs pointer.
 */
export async function openNamedBy(opener: SourceOpener, owner: string, name: string): Promise<ByteSource> {
  const parts = name.split("/");
  if (name === "" || /^[a-z]+:|\\|\0/iu.test(name) || parts.some((part) => part === "" || part === "..")) {
    throw new FormatError(owner, `names the shard ${JSON.stringify(name)}, which is not a file beside it`, {
      remedy: "Put the shards into the directory of the file that lists them, and name them by their relative paths.",
    });
  }
  let source: ByteSource;
  try {
    source = await opener.open(opener.join(opener.directoryOf(owner), name));
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new FormatError(owner, `the shard ${JSON.stringify(name)} is missing`, {
      remedy: `Put it beside ${owner}: download the model completely.`,
      cause,
    });
  }
  try {
    await assertNoPlaceholder(source);
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}
