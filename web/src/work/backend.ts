import type { Backend } from "../../../src/kernels/backend.js";
import { referenceBackend } from "../../../src/kernels/reference/backend.js";
import { createWasmBackend } from "../../../src/kernels/wasm/backend.js";
import { loadKernel } from "../../../src/kernels/wasm/load.js";
import { createInlinePool } from "../../../src/kernels/wasm/pool.js";

/**
 * The WebAssembly kernels on this thread alone. Several would have to share memory, which browsers allow only to pages
 * whose host sends COOP and COEP headers; one is enough to check a file. Plain JavaScript where they do not run.
 */
export async function openBackend(): Promise<Backend> {
  const kernel = await loadKernel();
  return kernel === undefined ? referenceBackend : createWasmBackend(createInlinePool(kernel));
}
