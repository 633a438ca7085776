/**
 * Compiles the sources into an empty `dist/`; npm runs `prepare` next, which adds the compiled contracts. Says nothing on
 * stdout, which is `npm pack --json`'s.
 */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readCommandLine } from "./command-line.js";

readCommandLine({
  command: "npx tsx scripts/prepack.ts",
  does: "Compiles src/ into an empty dist/, as the package has it. npm pack and npm publish do that.",
  options: {},
  example: "npm pack --dry-run",
});

const ROOT = fileURLToPath(new URL("..", import.meta.url));

rmSync(`${ROOT}dist`, { recursive: true, force: true });
run("--import", "tsx", "scripts/build-kernels.ts");
run("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json");

function run(...args: readonly string[]): void {
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: ["ignore", process.stderr, process.stderr] });
}
