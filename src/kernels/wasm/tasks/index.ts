import { createTaskRegistry, type AnyTask } from "../task.js";
import { RANGE_TASKS } from "./range.js";

/** Every task that a worker thread can be asked for; a family of kernels has one line. */
const TASKS: readonly AnyTask[] = [...RANGE_TASKS];

export const taskNamed = createTaskRegistry(TASKS);
