import type { Backend } from "../src/kernels/backend.js";
import { createWasmBackend } from "../src/kernels/wasm/backend.js";
import { createKernelThreads } from "../src/node/kernel-threads.js";

/** Our own kernels on that many threads of their own. */
export async function withBackend<T>(threads: number, work: (backend: Backend) => Promise<T>): Promise<T> {
  const pool = await createKernelThreads({ jobs: threads });
  try {
    return await work(createWasmBackend(pool));
  } finally {
    await pool.close();
  }
}
