/** What sources cannot run without: kernels and compiled contracts, side by side. `npm ci` does it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readCommandLine } from "./command-line.js";

readCommandLine({
  command: "npm run prepare --",
  does:
    "Builds the WebAssembly kernels (scripts/build-kernels.ts) and compiles the contracts\n" +
    "(scripts/build-contracts.ts), each only if its sources changed. npm ci does that.",
  options: {},
  example: "npm run prepare",
});

const cwd = fileURLToPath(new URL("..", import.meta.url));

function run(script: string): Promise<number | null> {
  return new Promise((resolve) => {
    // npm pack --json has stdout for itself.
    const child = spawn(process.execPath, ["--import", "tsx", script], {
      cwd,
      stdio: ["ignore", process.stderr, process.stderr],
    });
    child.on("close", resolve);
  });
}

const statuses = await Promise.all(["scripts/build-kernels.ts", "scripts/build-contracts.ts"].map(run));
if (statuses.some((status) => status !== 0)) process.exitCode = 1;
