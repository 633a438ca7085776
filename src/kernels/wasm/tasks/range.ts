import type { AnyTask } from "../task.js";
import { rangeBuild, rangeTable } from "./range-build.js";
import { rangeLookupsFinish, rangeLookupsFirst, rangeLookupsRound, rangeLookupsSecond } from "./range-lookups.js";
import { rangeFinish, rangeNodesRound } from "./range-nodes.js";

/** Tasks of the range argument. */
export const RANGE_TASKS: readonly AnyTask[] = [
  rangeBuild,
  rangeTable,
  rangeNodesRound,
  rangeFinish,
  rangeLookupsFirst,
  rangeLookupsSecond,
  rangeLookupsRound,
  rangeLookupsFinish,
];
