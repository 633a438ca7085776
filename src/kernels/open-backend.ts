import type { Backend } from "./backend.js";
import { referenceBackend } from "./reference/backend.js";
import { createWasmBackend } from "./wasm/backend.js";
import { loadKernel } from "./wasm/load.js";
import { createInlinePool } from "./wasm/pool.js";

/**
 * The WebAssembly kernels on this thread alone, or the reference in plain JavaScript where the host cannot run them. In a
 * browser several threads would have to share memory, which only pages may whose host sends COOP and COEP headers; on Node
 * see `createKernelThreads`.
 */
export async function openBackend(): Promise<Backend> {
  const kernel = await loadKernel();
  return kernel === undefined ? referenceBackend : createWasmBackend(createInlinePool(kernel));
}
