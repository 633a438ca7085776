/**
 * The README's table of numbers.
 *
 *   tsx scripts/readme-numbers.ts            run the demo and the benchmark, write docs/numbers.json and the README's table
 *   tsx scripts/readme-numbers.ts --check    write nothing; exit 1 when the table is not that of docs/numbers.json
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { parseReport } from "../bench/report.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const README = join(ROOT, "README.md");
const NUMBERS = join(ROOT, "docs/numbers.json");
const BLOCK = /(<!-- numbers:start -->\n)[\s\S]*?(<!-- numbers:end -->)/u;

const integer = z.union([z.number(), z.string().regex(/^[0-9]+$/)]).transform(Number);
const certifyCost = z.object({ modelTiles: integer, changedTiles: integer, verifyMs: z.number(), gas: integer });
const numbersSchema = z.object({
  machine: z.string(),
  demo: z.object({
    tier: z.string(),
    weights: integer,
    tileCount: integer,
    changedTiles: integer,
    constraints: integer,
    sizes: z.object({ groth16: integer, mercury: integer, calldata: integer, certificateFile: integer }),
    gas: z.object({ certify: integer }),
    steps: z.array(z.object({ name: z.string(), seconds: z.number() })),
  }),
  bench: z.object({ tier: z.string(), gasPerTile: integer, bySize: z.array(certifyCost) }),
});
type Numbers = z.infer<typeof numbersSchema>;

const run = promisify(execFile);

/** What a script of this repository prints. */
async function outputOf(script: string, ...args: readonly string[]): Promise<string> {
  const options = { cwd: ROOT, maxBuffer: 2 ** 24 };
  return (await run(process.execPath, ["--import", "tsx", script, ...args], options)).stdout;
}

async function measureAll(): Promise<Numbers> {
  const directory = await mkdtemp(join(tmpdir(), "fti-numbers-"));
  try {
    // A store of its own: the set-up is part of what is measured.
    const options = ["--dir", join(directory, "demo"), "--artifacts", join(directory, "artifacts")];
    const demo: unknown = JSON.parse(await outputOf("src/cli/main.ts", "demo", ...options, "--json"));
    const reportFile = join(directory, "bench.json");
    await outputOf("bench/main.ts", "--only", "gas", "--json", reportFile);
    const bench = parseReport(await readFile(reportFile, "utf8")).certify;
    const processors = cpus();
    const machine = `${processors.length} cores of ${processors[0]?.model.trim() ?? "unknown"}, Node ${process.versions.node}`;
    return numbersSchema.parse({ machine, demo, bench });
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The Markdown between the README's markers. */
function render({ machine, demo, bench }: Numbers): string {
  const number = (value: number): string => value.toLocaleString("en-US");
  const seconds = (pattern: RegExp): string =>
    demo.steps
      .filter(({ name }) => pattern.test(name))
      .reduce((sum, step) => sum + step.seconds, 0)
      .toFixed(1);
  const total = seconds(/./u);
  const sizes = bench.bySize.map(({ modelTiles }) => number(modelTiles)).join(" / ");
  const gasBySize = bench.bySize.map(({ gas }) => number(gas)).join(" / ");
  const verifyBySize = bench.bySize.map(({ verifyMs }) => number(Math.round(verifyMs))).join(" / ");
  const rows = [
    ["weights, tiles, changed tiles", `${number(demo.weights)}, ${demo.tileCount}, ${demo.changedTiles}`],
    [`constraints of the circuit, tier ${demo.tier}`, number(demo.constraints)],
    ["development set-up, compilation included", `${seconds(/^setup/u)} s`],
    ["commit both models", `${seconds(/^commit/u)} s`],
    ["prove, files to certificate", `${seconds(/^prove/u)} s`],
    ["verify offline", `${seconds(/^verify/u)} s`],
    ["whole demo", `${total} s`],
    ["Groth16 proof and Mercury opening", `${number(demo.sizes.groth16)} + ${number(demo.sizes.mercury)} bytes`],
    ["calldata of the certificate", `${number(demo.sizes.calldata)} bytes`],
    ["gas to certify, one transaction", number(demo.gas.certify)],
    [`gas for each further changed tile (tier ${bench.tier})`, number(bench.gasPerTile)],
    [`gas, models of ${sizes} tiles, same tiles changed`, gasBySize],
    [`offline verification of these, in ms`, verifyBySize],
  ];
  return [
    `The demo's models on ${machine}; written by \`npm run numbers\`.`,
    "",
    "| what | measured |",
    "| --- | --- |",
    ...rows.map(([what, measured]) => `| ${what} | ${measured} |`),
    "",
    "A model of twice the size adds one 32-byte sibling to the Merkle proof and nothing else.",
    "",
  ].join("\n");
}

const isCheck = process.argv.includes("--check");
const numbers = isCheck ? numbersSchema.parse(JSON.parse(await readFile(NUMBERS, "utf8"))) : await measureAll();
const readme = await readFile(README, "utf8");
const updated = readme.replace(BLOCK, (_block, start: string, end: string) => `${start}${render(numbers)}${end}`);
if (isCheck) {
  if (updated !== readme) {
    console.error("README.md: the table is not that of docs/numbers.json. Run `npm run numbers`.");
    process.exitCode = 1;
  }
} else {
  await writeFile(NUMBERS, `${JSON.stringify(numbers, undefined, 2)}\n`);
  await writeFile(README, updated);
}
