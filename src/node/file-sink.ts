import { open, rename, rm } from "node:fs/promises";
import type { ByteSink } from "../wrap/setup/byte-sink.js";

/**
 * Runs `fill` with a sink that writes `path` front to back. The file appears under its name only when `fill` has
 * succeeded; otherwise nothing stays behind.
 */
export async function writeFileThrough(path: string, fill: (sink: ByteSink) => Promise<void>): Promise<void> {
  const temporary = `${path}.part`;
  const handle = await open(temporary, "w");
  try {
    await fill({
      write: async (bytes) => {
        for (let written = 0; written < bytes.length;) {
          written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
        }
      },
    });
    await handle.sync();
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
