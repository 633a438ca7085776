import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { elementCount } from "./shapes.js";

/** A safetensors file of float32 tensors, written in order, a chunk at a time. It has its name only once it is whole. */
export class SafetensorsWriter {
  readonly #handle: FileHandle;
  readonly #path: string;
  #left: number;

  private constructor(handle: FileHandle, path: string, bytes: number) {
    this.#handle = handle;
    this.#path = path;
    this.#left = bytes;
  }

  static async create(
    path: string,
    tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
    metadata: Readonly<Record<string, string>>,
  ): Promise<SafetensorsWriter> {
    let end = 0;
    const entries = tensors.map(({ name, shape }) => {
      const begin = end;
      end += 4 * elementCount(shape);
      return [name, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
    });
    const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
    // The header's end is aligned, as the format recommends.
    const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const handle = await open(partial(path), "w");
    await handle.writeFile(Buffer.concat([length, header]));
    return new SafetensorsWriter(handle, path, end);
  }

  async write(values: Float32Array): Promise<void> {
    await this.#handle.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#left -= values.byteLength;
  }

  async finish(): Promise<void> {
    await this.#handle.close();
    if (this.#left !== 0) throw new Error(`${this.#path}: ${this.#left} bytes of its tensors were not written`);
    await rename(partial(this.#path), this.#path);
  }

  /** Gives up: nothing is left of the file. */
  async abort(): Promise<void> {
    await this.#handle.close();
    await rm(partial(this.#path), { force: true });
  }
}

function partial(path: string): string {
  return `${path}.part`;
}
