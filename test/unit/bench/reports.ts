import type { Report } from "../../../bench/report.js";

/** A report without numbers, and what is changed of it. */
export function reportOf(changes: Partial<Report>): Report {
  const machine = {
    processor: "p",
    cores: 2,
    memoryGB: 8,
    platform: "linux x64",
    node: "22.0.0",
    kernelBuild: "fused",
  };
  return { date: "2026-01-01T00:00:00Z", commit: "abc", quick: false, machine, measurements: [], jobs: [], ...changes };
}

/** A job of that many seconds besides the commitment of the base. */
export function jobOfSeconds(name: string, parameters: number, seconds: number, threads = 2): Report["jobs"][number] {
  return {
    name,
    tier: "medium",
    threads,
    parameters,
    tiles: 1,
    changedTiles: 1,
    segments: 1,
    phases: [
      { name: "commit base", seconds: 1 },
      { name: "segment proof", seconds },
    ],
    peakMemoryMB: 2048,
    formulaMemoryMB: 3000,
    verifyMs: 90,
    gas: 700_000,
  };
}
