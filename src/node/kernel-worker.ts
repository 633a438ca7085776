/** Body of a worker thread: one kernel instance, one task at a time, in the order in which they are posted. */
import { parentPort, workerData } from "node:worker_threads";
import { instantiateKernel } from "../kernels/wasm/load.js";
import type { Task, TaskRegistry } from "../kernels/wasm/task.js";
import type { KernelWorkerSetup, WorkerAnswer, WorkerRequest } from "./kernel-threads.js";

const port = parentPort;
if (port === null) throw new Error("kernel-worker runs in a worker thread only");

const setup = workerData as KernelWorkerSetup;
const kernel = await instantiateKernel(setup.kernel);
const { taskNamed } = (await import(setup.registry)) as { readonly taskNamed: TaskRegistry };

function answer({ task, input }: WorkerRequest): WorkerAnswer {
  try {
    return { ok: true, output: (taskNamed(task) as Task<unknown, unknown>).run(kernel, input) };
  } catch (error) {
    return { ok: false, error };
  }
}

port.on("message", (request: WorkerRequest) => {
  const answered = answer(request);
  try {
    port.postMessage(answered);
  } catch (error) {
    // What cannot be copied to another thread: say so, or pass on at least the words of an error.
    const told = answered.ok ? error : new Error(String(answered.error));
    port.postMessage({ ok: false, error: told } satisfies WorkerAnswer);
  }
});
