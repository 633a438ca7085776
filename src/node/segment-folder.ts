import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { UnavailableError } from "../errors/errors.js";
import { nodeDisk, type Disk } from "./disk.js";
import { makeDirectory, writeOutputs } from "./output-files.js";

/** Finished segments of a certificate in the making, one file each. The folder is made when the first one is written. */
export class SegmentFolder {
  readonly directory: string;
  readonly #disk: Disk;

  constructor(directory: string, disk: Disk = nodeDisk) {
    this.directory = directory;
    this.#disk = disk;
  }

  path(index: number): string {
    return join(this.directory, `segment-${index}.json`);
  }

  /** The text of a segment's file, if there is one. Throws `UnavailableError` if it cannot be read. */
  async read(index: number): Promise<string | undefined> {
    try {
      return await readFile(this.path(index), "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new UnavailableError(`${this.path(index)}: cannot be read: ${detail}`, { cause });
    }
  }

  /** Writes a segment's file: it appears whole, or not at all. */
  async write(index: number, content: string): Promise<void> {
    await makeDirectory(this.directory, this.#disk);
    await writeOutputs([{ path: this.path(index), content }], this.#disk);
  }

  /** Removes the files of so many segments and what interrupted writes left; the folder too, unless it holds something else. */
  async remove(segments: number): Promise<void> {
    const names = await readdir(this.directory).catch((): string[] => []);
    for (const name of names) {
      const [, index, leftover] = /^segment-(\d+)\.json(\.[0-9a-f-]+\.part)?$/u.exec(name) ?? [];
      if (index === undefined || (leftover === undefined && Number(index) >= segments)) continue;
      await rm(join(this.directory, name), { force: true });
    }
    await rmdir(this.directory).catch(() => undefined);
  }
}
