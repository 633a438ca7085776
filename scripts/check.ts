/** The static checks. `npm run check -- --help` explains them. */
import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommandLine } from "./command-line.js";

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  contracts: ["hardhat build"],
  eslint: ["eslint --max-warnings 0 ."],
  solhint: ['solhint --max-warnings 0 --noPoster "contracts/**/*.sol"'],
  prettier: ["prettier --check --log-level warn ."],
  types: ["tsc -p .", "tsc -p web"],
  layers: ["depcruise src test scripts bench examples web/src --config .dependency-cruiser.cjs"],
  generated: ["tsx scripts/gen.ts --check"],
  lock: ["tsx scripts/lock.ts --check"],
};

const { positionals, refuse } = readCommandLine({
  command: "npm run check --",
  does:
    "Runs the static checks, all of them even if one fails: contracts compile, eslint, solhint and\n" +
    "prettier are content, the types are right, imports point up the list of rooms only (layers),\n" +
    "generated files are those of their sources, and the lock file installs on every platform.",
  positionals: [{ name: "[CHECK…]", does: `only these of ${Object.keys(CHECKS).join(", ")}` }],
  options: {},
  example: "npm run check -- types layers",
});

const unknown = positionals.find((name) => !Object.hasOwn(CHECKS, name));
if (unknown !== undefined) refuse(`there is no check ${unknown}`);
const cwd = fileURLToPath(new URL("..", import.meta.url));
const env = { ...process.env, PATH: `${cwd}node_modules/.bin${delimiter}${process.env["PATH"] ?? ""}` };
const wanted = Object.keys(CHECKS).filter((name) => positionals.length === 0 || positionals.includes(name));
const failed: string[] = [];

/** Runs a check's commands until one fails. What they print comes in one piece: others run at the same time. */
async function runCheck(name: string): Promise<void> {
  for (const line of CHECKS[name] ?? []) {
    const { status, output } = await runLine(line);
    process.stderr.write(output);
    if (status === 0) continue;
    failed.push(name);
    return;
  }
}

function runLine(line: string): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(line, { cwd, env, shell: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("close", (status) => resolve({ status, output }));
  });
}

// The types of the contracts are written by their compilation.
const [first, others] = [wanted.filter((name) => name === "contracts"), wanted.filter((name) => name !== "contracts")];
for (const name of first) await runCheck(name);
const lane = async (): Promise<void> => {
  for (let name = others.shift(); name !== undefined; name = others.shift()) await runCheck(name);
};
await Promise.all([lane(), lane()]);
if (failed.length > 0) {
  console.error(`check: ${failed.join(", ")} failed`);
  process.exitCode = 1;
}
