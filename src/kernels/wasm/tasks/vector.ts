import type { AnyTask } from "../task.js";
import { divideBinomial, divideLinear } from "./mercury-divide.js";
import { vectorCombine } from "./vector-combine.js";
import { vectorConvert } from "./vector-convert.js";
import { vectorFold } from "./vector-fold.js";

/** Tasks over vectors of field elements and integers. */
export const VECTOR_TASKS: readonly AnyTask[] = [
  vectorConvert,
  vectorCombine,
  vectorFold,
  divideBinomial,
  divideLinear,
];
