/**
 * docs/benchmarks.md and docs/benchmarks.svg from docs/benchmarks.json, which `npm run bench -- --json` writes.
 *
 *   tsx scripts/bench-docs.ts            write them
 *   tsx scripts/bench-docs.ts --check    write nothing; exit 1 when they are not those of the report
 */
import { readFile, writeFile } from "node:fs/promises";
import { drawGrowth, growthSeries } from "../bench/growth-plot.js";
import { parseReport, type Report } from "../bench/report.js";
import { markdownTable, tablesOf } from "../bench/tables.js";

const DOCS = new URL("../docs/", import.meta.url);

const GROWTH = `## Growth

![Cost against parameters, from 0.1 to 124 million](benchmarks.svg)

Synthetic models of GPT-2's shape, scaled down; the last is GPT-2's own. Where every weight drifts the whole model is
proven: its cost follows the number of weights, at the smallest tier of which one segment holds them (medium, from 10
million on large, whose circuit makes the step). Where the same 12 tiles of tier medium change, only committing follows
the model's size: proof, verification and gas stay as they are.
`;

const report = parseReport(await readFile(new URL("benchmarks.json", DOCS), "utf8"));
const series = growthSeries(report);
const files = new Map([["benchmarks.md", markdownOf(report)]]);
if (series.length > 0) files.set("benchmarks.svg", drawGrowth(series));

for (const [name, content] of files) {
  const url = new URL(name, DOCS);
  if (!process.argv.includes("--check")) {
    await writeFile(url, content);
  } else if ((await readFile(url, "utf8").catch(() => undefined)) !== content) {
    console.error(`docs/${name} is not that of docs/benchmarks.json. Run \`npm run bench:docs\`.`);
    process.exitCode = 1;
  }
}

function markdownOf({ machine, date, commit, quick, note }: Report): string {
  const { processor, cores, memoryGB, platform, node, kernelBuild } = machine;
  const [targets, ...others] = tablesOf(report).map((table) => `## ${table.title}\n\n${markdownTable(table)}\n`);
  return [
    "# Benchmarks",
    "",
    "Written by `npm run bench:docs` from [benchmarks.json](benchmarks.json); measure again with",
    "`npm run bench -- --gpt2 --bootstrap --json docs/benchmarks.json`. Sizes are powers of two, MB and GB are 2^20 and 2^30 bytes.",
    "",
    `Commit ${commit}, ${date.slice(0, 10)}, on ${cores} cores of ${processor} with ${memoryGB} GB, ${platform}, Node ${node}; kernels: ${kernelBuild} build.`,
    ...(quick ? ["", "**A quick run to try the benchmarks out: small sizes, the numbers say little.**"] : []),
    ...(note === undefined ? [] : ["", note]),
    "",
    targets ?? "",
    ...(series.length === 0 ? [] : [GROWTH]),
    ...others,
  ].join("\n");
}
