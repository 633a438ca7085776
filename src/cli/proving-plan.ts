import { totalmem } from "node:os";
import type { CertificatePlan } from "../segment/planned-segment.js";
import { estimateProverMemory, formatBytes } from "../segment/prover-memory.js";
import type { Session } from "./session.js";
import { typicalSegmentSeconds } from "./typical-durations.js";

/** A plan as it is shown before work starts. */
export interface ShownPlan {
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
  /** The largest segment's estimate. */
  readonly memory: number;
}

/** The segments of a plan with tiles, rules, and what each will about take on that many threads. */
export function showPlan({ tier, segments, changedTiles, head }: CertificatePlan, jobs: number): ShownPlan {
  const rows = segments.map(({ index, tiles, uses }) => ({
    index,
    rules: uses.map(({ ruleIndex }) => ruleIndex),
    tiles: tiles.length,
    memoryBytes: estimateProverMemory(tier, tiles.length, jobs),
    seconds: Math.ceil(typicalSegmentSeconds(tier, tiles.length, jobs)),
  }));
  const memory = Math.max(...rows.map((row) => row.memoryBytes));
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  const threads = jobs === 1 ? "1 thread" : `${jobs} threads`;
  return {
    memory,
    json: {
      tier: tier.name,
      changedTiles: changedTiles.length,
      tileCount: head.base.tileCount,
      jobs,
      segments: rows,
      memoryBytes: memory,
      seconds,
    },
    lines: [
      `Plan: ${changedTiles.length} of ${head.base.tileCount} tiles changed; ${counted(segments.length, "segment")} at tier ${tier.name}, ` +
        `at most ${formatBytes(memory)}, about ${duration(seconds)} on ${threads}`,
      ...rows.map(
        (row) =>
          `  segment ${row.index}: ${counted(row.tiles, "tile")}, ${row.rules.length === 1 ? "rule" : "rules"} ${ranges(row.rules)}; ` +
          `${formatBytes(row.memoryBytes)}, ${duration(row.seconds)}`,
      ),
    ],
  };
}

/** Warns if the plan may need more memory than the machine has. */
export function warnOfMemory({ memory }: ShownPlan, session: Session): void {
  const machine = totalmem();
  if (memory <= machine) return;
  session.warn(
    `proving may need ${formatBytes(memory)} of memory, this machine has ${formatBytes(machine)}. ` +
      "--memory SIZE makes smaller segments, --jobs N fewer threads.",
  );
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `0-3, 7` for ascending or any other numbers: runs are shortened. */
function ranges(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const each of numbers) {
    const run = runs.at(-1);
    if (run?.[1] === each - 1) run[1] = each;
    else runs.push([each, each]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(", ");
}

function duration(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
