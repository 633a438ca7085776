import type { Backend } from "../../src/kernels/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import type { KernelBuild } from "../../src/kernels/wasm/kernel.js";
import { loadBuild } from "../../src/kernels/wasm/load.js";
import { createInlinePool } from "../../src/kernels/wasm/pool.js";

export const KERNEL_BUILDS: readonly KernelBuild[] = ["fused", "plain"];

/** A build's kernels on the calling thread, which cuts work as for that many threads. */
export async function kernelBackend(build: KernelBuild, jobs = 1): Promise<Backend> {
  const kernel = await loadBuild(build);
  if (kernel === undefined) throw new Error(`this host cannot run the ${build} build`);
  return createWasmBackend({ ...createInlinePool(kernel), jobs });
}
