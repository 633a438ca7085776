import type { Kernel, KernelBuild } from "./kernel.js";
import { TaskError, type Task } from "./task.js";

/** Runs tasks, each on one kernel instance of its own for as long as it takes. */
export interface Pool {
  /** How many tasks run side by side: who has independent work keeps that many under way. */
  readonly jobs: number;
  /** The build of its kernels: packed elements of one build mean nothing to the other. */
  readonly build: KernelBuild;
  /**
   * Queues a task; first come, first served, by whichever kernel is free.
   * @throws TaskError if the task throws, the pool is closed or its threads have died
   */
  run<Input, Output>(task: Task<Input, Output>, input: Input): Promise<Output>;
  /** Ends the pool; what is still queued or running is rejected. Closing again does nothing. */
  close(): Promise<void>;
}

export const CLOSED_POOL = "the pool of kernels is closed";

/** Runs every task at once, on the calling thread: for one core, for tiny inputs and where there are no threads. */
export function createInlinePool(kernel: Kernel): Pool {
  let isClosed = false;
  return {
    jobs: 1,
    build: kernel.build,
    run<Input, Output>(task: Task<Input, Output>, input: Input): Promise<Output> {
      if (isClosed) return Promise.reject(new TaskError(task.name, CLOSED_POOL));
      try {
        return Promise.resolve(task.run(kernel, input));
      } catch (error) {
        return Promise.reject(new TaskError(task.name, error));
      }
    },
    close(): Promise<void> {
      isClosed = true;
      return Promise.resolve();
    },
  };
}
