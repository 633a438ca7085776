import { createTaskRegistry, type AnyTask } from "../task.js";

/** Every task that a worker thread can be asked for; a family of kernels has one line. */
const TASKS: readonly AnyTask[] = [];

export const taskNamed = createTaskRegistry(TASKS);
