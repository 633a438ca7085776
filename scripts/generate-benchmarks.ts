import { readFile } from "node:fs/promises";
import { drawGrowth, growthSeries } from "../bench/growth-plot.js";
import { parseReport, type Report } from "../bench/report.js";
import { markdownTable, tablesOf } from "../bench/tables.js";
import type { GeneratedFiles } from "./generated-files.js";

const DOCS = new URL("../docs/", import.meta.url);

const GROWTH = `## Growth

![Cost against parameters, from 0.1 to 124 million](benchmarks.svg)

Synthetic models of GPT-2's shape, scaled down; the last is GPT-2's own.

- **Every weight drifts**: the whole model is proven, and the cost follows the number of weights.
  The tier is the smallest of which one segment holds them: medium, from 10 million on large, whose
  circuit makes the step.
- **The same 12 tiles of tier medium change**: only committing follows the model's size. Proof,
  verification and gas stay as they are.
`;

/** The page of benchmarks and its plot, from docs/benchmarks.json, which `npm run bench -- --json` writes. */
export async function benchmarksFiles(): Promise<GeneratedFiles> {
  const report = parseReport(await readFile(new URL("benchmarks.json", DOCS), "utf8"));
  const series = growthSeries(report);
  return new Map([
    ["docs/benchmarks.md", markdownOf(report, series.length > 0)],
    ...(series.length > 0 ? [["docs/benchmarks.svg", drawGrowth(series)] as const] : []),
  ]);
}

function markdownOf(report: Report, hasGrowth: boolean): string {
  const { machine, date, commit, quick, note } = report;
  const { processor, cores, memoryGB, platform, node, kernelBuild } = machine;
  const [targets, ...others] = tablesOf(report).map((table) => `## ${table.title}\n\n${markdownTable(table)}\n`);
  return [
    "# Benchmarks",
    "",
    "How long proving and verifying take, by step and by size of the model. To measure again:",
    "",
    "```sh",
    "npm run bench -- --gpt2 --bootstrap --json docs/benchmarks.json && npm run gen -- benchmarks",
    "```",
    "",
    "Sizes are powers of two: MB and GB are 2^20 and 2^30 bytes. `npm run gen` writes this page from",
    "[benchmarks.json](benchmarks.json).",
    "",
    `Commit ${commit}, ${date.slice(0, 10)}, on ${cores} cores of ${processor} with ${memoryGB} GB`,
    `(${platform}), Node ${node}, kernels: ${kernelBuild} build.`,
    ...(quick ? ["", "**A quick run to try the benchmarks out: small sizes, the numbers say little.**"] : []),
    ...(note === undefined ? [] : ["", note]),
    "",
    targets ?? "",
    ...(hasGrowth ? [GROWTH] : []),
    ...others,
  ].join("\n");
}
