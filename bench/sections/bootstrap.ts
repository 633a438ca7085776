import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Bench } from "../bench.js";

export const BOOTSTRAP = "bootstrap: fresh clone to certificate, ./bootstrap demo";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What a newcomer waits for: packages, kernels, contracts, keys, certificate. Uncommitted changes are not part of it. */
export async function benchBootstrap(bench: Bench): Promise<void> {
  const run = promisify(execFile);
  const directory = await mkdtemp(join(tmpdir(), "fti-bootstrap-"));
  try {
    const clone = join(directory, "clone");
    const environment = { ...process.env, FTI_HOME: join(clone, ".fti") };
    const start = performance.now();
    await run("git", ["clone", "--quiet", ROOT, clone]);
    await run("./bootstrap", ["demo"], { cwd: clone, env: environment, maxBuffer: 2 ** 26 });
    bench.record({ name: BOOTSTRAP, unit: "s", value: (performance.now() - start) / 1000, runs: 1 });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
