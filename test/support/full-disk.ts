import { nodeDisk, type Disk, type DiskFile } from "../../src/node/disk.js";

/** What goes wrong on a disk. */
export interface DiskFaults {
  /** Bytes that there is room for: a write that comes to the end takes what fits and says so, only the next one fails. */
  readonly room?: number;
  /** Of the bytes that it says it took, it keeps the others as zeros from this one on. */
  readonly losesFrom?: number;
  /** Calls that fail: the first of each is number 0. */
  readonly failing?: Partial<Record<"create" | "sync" | "close" | "rename" | "link" | "syncFolder", number>>;
  /** The error of the calls that fail. */
  readonly code?: string;
}

/** The real disk with faults; and how many bytes were asked of it. */
export class FaultyDisk implements Disk {
  readonly #faults: DiskFaults;
  readonly #calls = new Map<string, number>();
  written = 0;

  constructor(faults: DiskFaults) {
    this.#faults = faults;
  }

  async create(path: string, mode: number): Promise<DiskFile> {
    this.#count("create");
    const file = await nodeDisk.create(path, mode);
    return {
      stat: () => file.stat(),
      read: (buffer, position) => file.read(buffer, position),
      resemble: (ownership) => file.resemble(ownership),
      write: (bytes) => this.#write(file, bytes),
      sync: async () => {
        this.#count("sync");
        await file.sync();
      },
      close: async () => {
        await file.close();
        this.#count("close");
      },
    };
  }

  rename(from: string, to: string): void {
    this.#count("rename");
    nodeDisk.rename(from, to);
  }

  link(from: string, to: string): void {
    this.#count("link");
    nodeDisk.link(from, to);
  }

  remove(path: string): void {
    nodeDisk.remove(path);
  }

  syncFolder(path: string): void {
    this.#count("syncFolder");
    nodeDisk.syncFolder(path);
  }

  async #write(file: DiskFile, bytes: Uint8Array): Promise<number> {
    const { room = Infinity, losesFrom = Infinity } = this.#faults;
    const taken = Math.min(bytes.length, room - this.written);
    if (taken === 0 && bytes.length > 0) throw failure("ENOSPC", "no space left on device, write");
    const kept = bytes.slice(0, taken);
    if (this.written + taken > losesFrom) kept.fill(0, Math.max(0, losesFrom - this.written));
    this.written += taken;
    return file.write(kept);
  }

  #count(call: keyof NonNullable<DiskFaults["failing"]>): void {
    const number = this.#calls.get(call) ?? 0;
    this.#calls.set(call, number + 1);
    if (this.#faults.failing?.[call] === number) throw failure(this.#faults.code ?? "EIO", `${call} ${number}`);
  }
}

function failure(code: string, detail: string): Error {
  return Object.assign(new Error(`${code}: ${detail}`), { code });
}
