import { brief } from "./bench.js";
import { CLAIMS, reachedIn, verdictOf } from "./claims.js";
import { jobSeconds, type Job, type Report } from "./report.js";

/** A table as text; the first column is left-aligned, the others right. */
export interface TextTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Everything a report says, as tables. */
export function tablesOf(report: Report): TextTable[] {
  const tables = [claimsTable(report), measurementsTable(report)];
  if (report.jobs.length > 0) tables.push(jobsTable(report.jobs), phasesTable(report.jobs));
  if (report.certify !== undefined) tables.push(...certifyTables(report.certify));
  return tables;
}

function claimsTable(report: Report): TextTable {
  return {
    title: "Targets",
    head: ["what, one thread unless said", "target", "stretch", "reached", "verdict"],
    rows: CLAIMS.map((claim) => {
      const reached = reachedIn(report, claim);
      const bound = (value: number | undefined): string =>
        value === undefined ? "" : `${claim.wanted} ${brief(value)} ${claim.unit}`;
      const shown = reached === undefined ? "" : `${brief(reached)} ${claim.unit}`;
      return [claim.what, bound(claim.target), bound(claim.stretch), shown, verdictOf(claim, reached)];
    }),
  };
}

function measurementsTable({ measurements }: Report): TextTable {
  return {
    title: "Measurements",
    head: ["what", "ours", "runs", "others (how many times as fast ours is)"],
    rows: measurements.map(({ name, unit, value, runs, peers }) => [
      name,
      `${brief(value)} ${unit}`,
      String(runs),
      peers
        .map(
          (peer) =>
            `${peer.name}${peer.note === undefined ? "" : ` (${peer.note})`}: ${brief(peer.value)} (${brief(peer.ratio)})`,
        )
        .join("; "),
    ]),
  };
}

function jobsTable(jobs: readonly Job[]): TextTable {
  return {
    title: "Whole jobs",
    head: [
      "job",
      "parameters",
      "tier",
      "threads",
      "tiles",
      "changed",
      "segments",
      "seconds",
      "peak MB",
      "formula MB",
      "verify ms",
      "gas",
    ],
    rows: jobs.map((job) => [
      job.name,
      ...[job.parameters, job.tier, job.threads, job.tiles, job.changedTiles, job.segments].map(cell),
      brief(jobSeconds(job)),
      ...[job.peakMemoryMB, job.formulaMemoryMB, job.verifyMs, job.gas].map(cell),
    ]),
  };
}

function phasesTable(jobs: readonly Job[]): TextTable {
  return {
    title: "Phases of the jobs",
    head: ["job, threads", "phase", "seconds", "share"],
    rows: jobs.flatMap((job) =>
      job.phases.map(({ name, seconds }) => [
        `${job.name}, ${job.threads}`,
        name,
        seconds.toFixed(2),
        `${Math.round((100 * seconds) / jobSeconds(job))} %`,
      ]),
    ),
  };
}

function certifyTables({ tier, byTiles, bySize, gasPerTile }: NonNullable<Report["certify"]>): TextTable[] {
  const head = ["tiles in the model", "tiles changed", "gas of certify", "calldata bytes", "verify ms", "prove ms"];
  const rows = (costs: typeof byTiles): string[][] =>
    costs.map(({ modelTiles, changedTiles, gas, calldata, verifyMs, proveMs }) =>
      [modelTiles, changedTiles, gas, calldata, verifyMs, proveMs].map(cell),
    );
  return [
    {
      title: `Tier ${tier}: more changed tiles of one model, about ${cell(gasPerTile)} gas each`,
      head,
      rows: rows(byTiles),
    },
    { title: `Tier ${tier}: the same tiles changed in models of three sizes`, head, rows: rows(bySize) },
  ];
}

function cell(value: number | string | undefined): string {
  return typeof value === "number" ? value.toLocaleString("en-US") : (value ?? "");
}

/** GitHub's Markdown. */
export function markdownTable({ head, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const alignment = head.map((_, i) => (i === 0 ? "---" : "---:"));
  return [line(head), line(alignment), ...rows.map(line)].join("\n");
}
