import type { AnyTask } from "../task.js";
import { mainBind, mainEvaluate, mainFinish, mainGram, mainLinear } from "./main-open.js";
import { mainDirtyRound, mainLinearRound, mainMaskedRound, mainSquaresRound } from "./main-rounds.js";

/** Tasks of the main sumcheck. */
export const MAIN_TASKS: readonly AnyTask[] = [
  mainGram,
  mainLinear,
  mainBind,
  mainEvaluate,
  mainFinish,
  mainLinearRound,
  mainSquaresRound,
  mainMaskedRound,
  mainDirtyRound,
];
