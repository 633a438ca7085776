import { createFfjavascriptBackend, type ThreadedBackend } from "../src/kernels/ffjavascript/backend.js";
import { createWasmBackend } from "../src/kernels/wasm/backend.js";
import { createKernelThreads } from "../src/node/kernel-threads.js";

/** Our own kernels on that many threads, and ffjavascript's multi-scalar multiplication while there is no own. */
export async function openBackend(threads: number): Promise<ThreadedBackend> {
  const pool = await createKernelThreads({ jobs: threads });
  const others = await createFfjavascriptBackend();
  const backend = createWasmBackend(pool);
  return {
    ...backend,
    msm: async (powers, scalars) =>
      scalars instanceof Int32Array || scalars instanceof Float64Array
        ? others.msm(powers, scalars)
        : others.msm(powers, await others.fromFr(await backend.toFr(scalars))),
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
