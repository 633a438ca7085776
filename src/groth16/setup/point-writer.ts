import type { ByteSink } from "./byte-sink.js";

/** Points multiplied between two writes. */
export const CHUNK_POINTS = 1 << 15;

/**
 * Writes `count` points, chunk by chunk in order, multiplying the next chunk while one is written. `multiply` gives the
 * bytes of points `from` to `to - 1`; `onWritten` hears how many points each write added.
 */
export async function writePoints(
  sink: ByteSink,
  count: number,
  multiply: (from: number, to: number) => Promise<Uint8Array>,
  onWritten: (points: number) => void,
): Promise<void> {
  const chunk = (from: number): Promise<Uint8Array> => multiply(from, Math.min(count, from + CHUNK_POINTS));
  let next = chunk(0);
  for (let from = 0; from < count; from += CHUNK_POINTS) {
    const points = await next;
    const following = from + CHUNK_POINTS;
    if (following < count) next = chunk(following);
    await sink.write(points);
    onWritten(Math.min(CHUNK_POINTS, count - from));
  }
}
