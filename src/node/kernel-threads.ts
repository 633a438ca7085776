import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { UnavailableError } from "../errors/errors.js";
import type { KernelBuild } from "../kernels/wasm/kernel.js";
import { compileBuild, compileKernel, type CompiledKernel } from "../kernels/wasm/load.js";
import { CLOSED_POOL, type Pool } from "../kernels/wasm/pool.js";
import { TaskError, type Task } from "../kernels/wasm/task.js";

export interface KernelThreadsOptions {
  /** Number of threads, at least 1. */
  readonly jobs: number;
  /** By default the fastest build that this machine computes correctly. */
  readonly build?: KernelBuild;
  /** Address of the module whose `taskNamed` finds the tasks. By default the kernels' own. */
  readonly registry?: string;
}

/** What a worker thread starts with. */
export interface KernelWorkerSetup {
  readonly kernel: CompiledKernel;
  readonly registry: string;
}

export interface WorkerRequest {
  readonly task: string;
  readonly input: unknown;
}

export type WorkerAnswer =
  { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly error: unknown };

/**
 * A pool of worker threads, each with a kernel instance of its own. They start at the first task, all of them, and
 * keep the process alive only while they compute. A thread that dies takes its task and the whole pool with it: calls
 * that wait and all later ones are rejected with the reason.
 * @throws UnavailableError if this machine cannot run the build
 * @throws RangeError if `jobs` is no positive integer
 */
export async function createKernelThreads(options: KernelThreadsOptions): Promise<Pool> {
  const { jobs, build } = options;
  if (!Number.isSafeInteger(jobs) || jobs < 1) throw new RangeError(`jobs is ${jobs}, expected a positive integer`);
  const kernel = await (build === undefined ? compileKernel() : compileBuild(build));
  if (kernel === undefined) {
    throw new UnavailableError(`this machine cannot run the WebAssembly kernels${build ? ` (build ${build})` : ""}`);
  }
  return new KernelThreads(jobs, {
    kernel,
    registry: options.registry ?? siblingModule("../kernels/wasm/tasks/index"),
  });
}

/** Address of a module of this package: TypeScript when the sources run unbuilt, else JavaScript. */
function siblingModule(path: string): string {
  return new URL(`${path}${isSource ? ".ts" : ".js"}`, import.meta.url).href;
}

const isSource = import.meta.url.endsWith(".ts");

/** One call that waits for its answer. */
interface Call {
  readonly request: WorkerRequest;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  call: Call | undefined;
}

class KernelThreads implements Pool {
  readonly jobs: number;
  readonly build: KernelBuild;
  readonly #setup: KernelWorkerSetup;
  readonly #queue: Call[] = [];
  #threads: readonly Thread[] = [];
  /** Why nothing can be run any more. */
  #end: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(jobs: number, setup: KernelWorkerSetup) {
    this.jobs = jobs;
    this.build = setup.kernel.build;
    this.#setup = setup;
  }

  run<Input, Output>(task: Task<Input, Output>, input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.#queue.push({
        request: { task: task.name, input },
        // The worker runs the task of this name, whose output it is.
        resolve: resolve as (output: unknown) => void,
        reject,
      });
      this.#dispatch();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#terminate();
    return this.#closing;
  }

  async #terminate(): Promise<void> {
    this.#end ??= CLOSED_POOL;
    const threads = this.#threads;
    this.#threads = [];
    this.#rejectQueue();
    for (const thread of threads) this.#rejectRunning(thread, CLOSED_POOL);
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  /** Gives queued calls to free threads, the oldest first. */
  #dispatch(): void {
    if (this.#end !== undefined) {
      this.#rejectQueue();
      return;
    }
    if (this.#threads.length === 0) this.#threads = Array.from({ length: this.jobs }, () => this.#startThread());
    for (const thread of this.#threads) {
      while (thread.call === undefined) {
        const call = this.#queue.shift();
        if (call === undefined) return;
        start(thread, call);
      }
    }
  }

  #startThread(): Thread {
    const worker = new Worker(new URL(siblingModule("./kernel-worker")), {
      workerData: this.#setup,
      // Not the process's own flags: some, such as --eval's, do not go with a file.
      execArgv: isSource ? ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href] : [],
    });
    const thread: Thread = { worker, call: undefined };
    let cause: unknown;
    worker.on("message", (answer: WorkerAnswer) => {
      this.#finish(thread, answer);
    });
    worker.on("messageerror", (error) => {
      this.#finish(thread, { ok: false, error });
    });
    worker.on("error", (error: unknown) => {
      cause = error;
    });
    worker.on("exit", (code) => {
      const why = cause instanceof Error ? cause.message : `exit code ${code}`;
      this.#mourn(thread, `a kernel thread has died: ${why}`);
    });
    // Last: listening for messages would hold the process again.
    worker.unref();
    return thread;
  }

  #finish(thread: Thread, answer: WorkerAnswer): void {
    const { call } = thread;
    if (call === undefined) return;
    thread.call = undefined;
    thread.worker.unref();
    if (answer.ok) call.resolve(answer.output);
    else call.reject(new TaskError(call.request.task, answer.error));
    this.#dispatch();
  }

  #mourn(thread: Thread, reason: string): void {
    this.#end ??= reason;
    this.#rejectRunning(thread, reason);
    this.#rejectQueue();
  }

  #rejectRunning(thread: Thread, reason: string): void {
    const { call } = thread;
    thread.call = undefined;
    call?.reject(new TaskError(call.request.task, reason));
  }

  #rejectQueue(): void {
    for (const { request, reject } of this.#queue.splice(0)) reject(new TaskError(request.task, this.#end));
  }
}

/** Posts a call to a free thread; a call whose input cannot be copied is rejected and leaves the thread free. */
function start(thread: Thread, call: Call): void {
  try {
    thread.worker.postMessage(call.request);
  } catch (error) {
    call.reject(new TaskError(call.request.task, error));
    return;
  }
  thread.call = call;
  thread.worker.ref();
}
