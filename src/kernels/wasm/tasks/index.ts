import type { AnyTask } from "../task.js";

/**
 * Every task that a worker thread can be asked for: a family of kernels has one line here. Names are unique, and stay
 * in this process, so they may change.
 */
const FAMILIES: readonly (readonly AnyTask[])[] = [];

const TASKS: ReadonlyMap<string, AnyTask> = new Map(FAMILIES.flat().map((task) => [task.name, task]));

/** @throws RangeError if no task has the name */
export function taskNamed(name: string): AnyTask {
  const task = TASKS.get(name);
  if (task === undefined) throw new RangeError(`no task is called ${JSON.stringify(name)}: is it in tasks/index.ts?`);
  return task;
}
