import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

export interface FileDigest {
  /** 64 lowercase hex digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** SHA-256 of a file, read as a stream. */
export async function sha256File(path: string): Promise<FileDigest> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest("hex"), bytes };
}

const known = new Map<string, FileDigest>();

/** As `sha256File`, but a file that kept its inode, length and time since this process hashed it is not read again. */
export async function cachedSha256File(path: string): Promise<FileDigest> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  const key = [path, ino, size, mtimeNs, ctimeNs].join(" ");
  const digest = known.get(key) ?? (await sha256File(path));
  known.set(key, digest);
  return digest;
}
