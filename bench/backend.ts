import type { Backend } from "../src/kernels/backend.js";
import { createWasmBackend } from "../src/kernels/wasm/backend.js";
import { createKernelThreads } from "../src/node/kernel-threads.js";

/** A backend with threads of its own. */
export interface ThreadedBackend extends Backend {
  close(): Promise<void>;
}

/** Our own kernels on that many threads. */
export async function openBackend(threads: number): Promise<ThreadedBackend> {
  const pool = await createKernelThreads({ jobs: threads });
  return { ...createWasmBackend(pool), close: () => pool.close() };
}

/** Opens a backend for the length of some work. */
export async function withBackend<T>(threads: number, work: (backend: ThreadedBackend) => Promise<T>): Promise<T> {
  const backend = await openBackend(threads);
  try {
    return await work(backend);
  } finally {
    await backend.close();
  }
}
