import { createFfjavascriptBackend, type ThreadedBackend } from "../src/kernels/ffjavascript/backend.js";

/** Our own kernels on that many threads. */
export async function openBackend(_threads: number): Promise<ThreadedBackend> {
  return createFfjavascriptBackend();
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
