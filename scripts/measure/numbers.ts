import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseReport } from "../../bench/report.js";
import { numbersFiles, numbersSchema, type Numbers } from "../generate-numbers.js";
import { writeGenerated } from "../generated-files.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** Runs the demo and the benchmark of gas, and writes docs/numbers.json and the README's table. */
export async function recordNumbers(): Promise<void> {
  const numbers = await measureAll();
  await writeFile(join(ROOT, "docs/numbers.json"), `${JSON.stringify(numbers, undefined, 2)}\n`);
  await writeGenerated(await numbersFiles());
}

/** What a script of this repository prints. */
async function outputOf(script: string, ...args: readonly string[]): Promise<string> {
  const options = { cwd: ROOT, maxBuffer: 2 ** 24 };
  return (await run(process.execPath, ["--import", "tsx", script, ...args], options)).stdout;
}

async function measureAll(): Promise<Numbers> {
  const directory = await mkdtemp(join(tmpdir(), "fti-numbers-"));
  try {
    // A store of its own: the setup is part of what is measured.
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
