import { createTaskRegistry, type AnyTask } from "../task.js";
import { FIXED_BASE_TASKS } from "./fixed-base.js";
import { MAIN_TASKS } from "./main.js";
import { MSM_TASKS } from "./msm.js";
import { RANGE_TASKS } from "./range.js";
import { VECTOR_TASKS } from "./vector.js";

/** Every task that a worker thread can be asked for; a family of kernels has one line. */
const TASKS: readonly AnyTask[] = [...RANGE_TASKS, ...MAIN_TASKS, ...MSM_TASKS, ...FIXED_BASE_TASKS, ...VECTOR_TASKS];

export const taskNamed = createTaskRegistry(TASKS);
