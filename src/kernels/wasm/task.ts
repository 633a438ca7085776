import type { Kernel } from "./kernel.js";

/**
 * One piece of work for one kernel instance: a function of its input alone, so that it may run on any thread. Input
 * and output are structured-cloneable; views over a `SharedArrayBuffer` pass to another thread without copying, and a
 * task may write its result into one. What a task leaves in the kernel's memory is a cache that a later task must be
 * able to do without.
 */
export interface Task<Input, Output> {
  /** Names the task across threads (tasks/index.ts) and in its errors. */
  readonly name: string;
  readonly run: (kernel: Kernel, input: Input) => Output;
}

/** A task whose input and output types its name stands for. */
export type AnyTask = Task<never, unknown>;

/** A task failed: what was thrown, with the task's name in front. It reads the same from every pool. */
export class TaskError extends Error {
  override readonly name = "TaskError";
  readonly task: string;

  constructor(task: string, cause: unknown) {
    super(`${task}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.task = task;
  }
}

/** Finds a task by its name. */
export type TaskRegistry = (name: string) => AnyTask;

/**
 * The registry of some tasks; it throws RangeError for a name that none of them has.
 * @throws RangeError if two tasks share a name
 */
export function createTaskRegistry(tasks: readonly AnyTask[]): TaskRegistry {
  const byName = new Map<string, AnyTask>();
  for (const task of tasks) {
    if (byName.has(task.name)) throw new RangeError(`two tasks are called ${task.name}`);
    byName.set(task.name, task);
  }
  return (name) => {
    const task = byName.get(name);
    if (task === undefined) throw new RangeError(`no task is called ${name}: is it in tasks/index.ts?`);
    return task;
  };
}
