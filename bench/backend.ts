import { createFfjavascriptBackend, type ThreadedBackend } from "../src/kernels/ffjavascript/backend.js";
import { createMainSumcheck } from "../src/kernels/wasm/main-sumcheck.js";
import { createRangeTree } from "../src/kernels/wasm/range-tree.js";
import { createKernelThreads } from "../src/node/kernel-threads.js";

/** Our own kernels on that many threads. */
export async function openBackend(threads: number): Promise<ThreadedBackend> {
  const pool = await createKernelThreads({ jobs: threads });
  const others = await createFfjavascriptBackend();
  return {
    ...others,
    jobs: pool.jobs,
    rangeTree: (input) => createRangeTree(pool, input),
    mainSumcheck: (input) => createMainSumcheck(pool, input),
    async close() {
      await pool.close();
      await others.close();
    },
  };
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
