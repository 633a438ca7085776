import { execFile } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { promisify } from "node:util";
import { loadKernel } from "../src/kernels/wasm/load.js";
import type { Machine } from "./report.js";

/** Where the numbers come from. */
export async function describeMachine(): Promise<Machine> {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    kernelBuild: (await loadKernel())?.build ?? "reference",
  };
}

/** The commit that is measured; `+` if files differ from it. */
export async function describeCommit(): Promise<string> {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)("git", args, { cwd: import.meta.dirname })).stdout.trim();
  try {
    const isChanged = (await git("status", "--porcelain", "--untracked-files=no")) !== "";
    return (await git("rev-parse", "--short=12", "HEAD")) + (isChanged ? "+" : "");
  } catch {
    return "unknown"; // A copy without its repository.
  }
}
