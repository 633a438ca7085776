import { InputError } from "../errors/errors.js";
import type { Tier } from "../protocol/tiers.js";

/** Bytes for every entry of a changed tile: its difference, and the layer of the range argument that is folded. */
const BYTES_PER_ENTRY = 30;

/** Bytes of every thread's own memory for each entry of one tile: SRS points, the room of a multi-scalar multiplication. */
const THREAD_BYTES_PER_ENTRY = 320;

/** Bytes of a thread besides: its code and stacks. */
const THREAD_BYTES = 16 * 2 ** 20;

/** Bytes of the process for each entry of one tile: SRS, the random polynomial, the wrapper, which grows with the tier too. */
const PROCESS_BYTES_PER_ENTRY = 650;

/** Bytes of the process besides: Node, the readers' buffers. */
const PROCESS_BYTES = 400 * 2 ** 20;

/**
 * An upper estimate of the prover's peak memory in bytes, for a segment of `tiles` changed tiles on `jobs` threads:
 *
 *     2^ell · (30 · tiles  +  320 · jobs  +  650)  +  16 MiB · jobs  +  400 MiB
 *
 * Only tiles of the segment count, whatever the model's size: weights are read a tile at a time, and unchanged tiles
 * and unused slots take no memory. Measured at tier large on two threads: 2.54 GB with 36 tiles (estimate 2.94), 5.93 GB
 * with 172 (7.22).
 */
export function estimateProverMemory(tier: Tier, tiles: number, jobs: number): number {
  const perEntry = BYTES_PER_ENTRY * tiles + THREAD_BYTES_PER_ENTRY * jobs + PROCESS_BYTES_PER_ENTRY;
  return tier.tileSize * perEntry + THREAD_BYTES * jobs + PROCESS_BYTES;
}

/** What the prover may use. */
export interface MemoryBound {
  readonly bytes: number;
  readonly jobs: number;
}

/** How many changed tiles a segment may have so that its estimate stays within the bound; at most the tier's slots. */
export function tilesWithinMemory(tier: Tier, { bytes, jobs }: MemoryBound): number {
  const left = bytes - estimateProverMemory(tier, 0, jobs);
  return Math.max(0, Math.min(tier.slots, Math.floor(left / (BYTES_PER_ENTRY * tier.tileSize))));
}

/** Refuses tiles that together need more memory than there may be. Throws `InputError` naming `what`, its need and the bound. */
export function assertTilesWithinMemory(tier: Tier, what: string, tiles: number, bound: MemoryBound): void {
  const most = tilesWithinMemory(tier, bound);
  if (tiles <= most) return;
  const needed = formatBytes(estimateProverMemory(tier, tiles, bound.jobs));
  const allowed = formatBytes(bound.bytes);
  const threads = bound.jobs === 1 ? "one thread" : `${bound.jobs} threads`;
  const changed = tiles === 1 ? "one tile needs" : `its ${tiles} tiles need`;
  throw new InputError(
    `${what}: ${changed} ${needed} of memory on ${threads}, ${allowed} are allowed: enough for ${most}`,
    { remedy: "Allow more memory (--memory), or use fewer threads (--jobs)." },
  );
}

/** A size for people: `5.1 GB`, in powers of ten. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${Math.ceil(bytes / 1e6)} MB`;
}
