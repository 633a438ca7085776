import Table from "cli-table3";
import { readFile, writeFile } from "node:fs/promises";
import { readCommandLine } from "../scripts/command-line.js";
import { Bench, brief } from "./bench.js";
import { compareReports, machineDifferences, slowdowns } from "./compare.js";
import { describeCommit, describeMachine } from "./machine.js";
import { parseReport, type Report } from "./report.js";
import { benchBootstrap } from "./sections/bootstrap.js";
import { benchField } from "./sections/field.js";
import { benchGas } from "./sections/gas.js";
import { benchGpt2 } from "./sections/gpt2.js";
import { benchGrowth } from "./sections/growth.js";
import { benchJobs } from "./sections/jobs.js";
import { benchMsm } from "./sections/msm.js";
import { benchSetup } from "./sections/setup.js";
import { benchSumcheck } from "./sections/sumcheck.js";
import { benchVectors } from "./sections/vectors.js";
import { tablesOf, type TextTable } from "./tables.js";

const SECTIONS: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  field: benchField,
  msm: benchMsm,
  vectors: benchVectors,
  sumcheck: benchSumcheck,
  setup: benchSetup,
  jobs: benchJobs,
  gas: benchGas,
  growth: benchGrowth,
  gpt2: benchGpt2,
  bootstrap: benchBootstrap,
};
/** Those that take many minutes, and the option that asks for them. */
const LONG: Readonly<Record<string, "gpt2" | "bootstrap">> = { growth: "gpt2", gpt2: "gpt2", bootstrap: "bootstrap" };

const { options, refuse } = readCommandLine({
  command: "npm run bench --",
  does:
    "Measures kernels and whole jobs, beside others in the same run, and prints tables; values are the\n" +
    `least of some runs. Sections: ${Object.keys(SECTIONS).slice(0, 7).join(", ")},\n` +
    `${Object.keys(SECTIONS).slice(7).join(", ")}; sumcheck has the opening.`,
  options: {
    only: { type: "string", value: "A,B", does: "these sections; every quick one by default" },
    gpt2: { type: "boolean", does: "also models up to GPT-2's size: 20 minutes and 2 GB of disk more" },
    bootstrap: { type: "boolean", does: "also a fresh clone's ./bootstrap demo" },
    json: { type: "string", value: "FILE", does: "also write the report" },
    check: { type: "string", value: "FILE", does: "compare with an earlier report; exit 1 if something got slower" },
    tolerance: { type: "string", value: "FACTOR", does: "by more than this", default: "1.3" },
    quick: { type: "boolean", does: "small sizes, to try the benchmarks out" },
  },
  example: "npm run bench -- --only field,msm --json build/bench.json",
});
// An unreadable report is to be told before minutes of measuring.
const earlier = options.check === undefined ? undefined : parseReport(await readFile(options.check, "utf8"));
const tolerance = Number(options.tolerance);
if (!(tolerance >= 1)) refuse(`--tolerance ${options.tolerance}: expected a factor of at least 1`);

const origin = {
  date: new Date().toISOString(),
  commit: await describeCommit(),
  quick: options.quick,
  machine: await describeMachine(),
};
const start = performance.now();
const say = (line: string): void => {
  console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(5)} s ${line}`);
};
const bench = new Bench(options.quick, say);
for (const [name, run] of chosenSections()) {
  say(name);
  await run(bench);
  // After every section: what is measured is kept if a later section fails.
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(reportOf(bench), undefined, 2)}\n`);
}

const report = reportOf(bench);
for (const table of tablesOf(report)) console.log(`${table.title}\n${printed(table)}\n`);
if (earlier !== undefined) check(earlier, report);
process.exit();

function chosenSections(): [string, (bench: Bench) => Promise<void>][] {
  const all = Object.entries(SECTIONS);
  if (options.only === undefined) {
    return all.filter(([name]) => {
      const option = LONG[name];
      return option === undefined || options[option];
    });
  }
  const wanted = options.only.split(",");
  const unknown = wanted.find((name) => SECTIONS[name] === undefined);
  if (unknown !== undefined) refuse(`--only ${unknown}: the sections are ${Object.keys(SECTIONS).join(", ")}`);
  return all.filter(([name]) => wanted.includes(name));
}

function reportOf({ measurements, jobs, certify }: Bench): Report {
  return { ...origin, measurements, jobs, ...(certify && { certify }) };
}

function printed({ head, rows }: TextTable): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (i === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

function check(before: Report, after: Report): void {
  const differences = machineDifferences(before.machine, after.machine);
  if (before.quick !== after.quick) console.log("Only one of the two reports is a quick one.");
  if (differences.length > 0) console.log(`The machines differ; ${differences.join("; ")}`);
  const changes = compareReports(before, after);
  const slower = slowdowns(changes, tolerance);
  for (const { name, factor, basis } of slower) {
    console.log(`slower: ${name}, ${brief(factor)} times${basis === "peer" ? " (against its peer)" : ""}`);
  }
  console.log(`${slower.length} of ${changes.length} measurements are slower by more than ${tolerance} times.`);
  if (slower.length > 0) process.exitCode = 1;
}
