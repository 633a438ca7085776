import { adapterRankLimit } from "./adapter-rank.js";
import type { ChangeKind, TensorChange } from "./inspection.js";

/** A tensor of which so few weights changed has single weights changed; optimizers that train a tensor move nearly all. */
const SPARSE_SHARE = 0.2;
/** Training in half precision moves weights by single steps, and leaves many where they are: these are no single weights. */
const STEPS_OF_TRAINING = 2;
const FEW = 0.005;
/** Matrices that share no training: fine-tunes of the fixtures stay above 0.8, strangers are near 0. */
const STRANGER = 0.5;

/** What kind of change it is, from what was measured. */
export function classifyChange(change: Omit<TensorChange, "kind">): ChangeKind {
  const { nonzeros, weights, rounding, matrix } = change;
  if (nonzeros === 0) return "same";
  const isAdapted = hasAdapterRank(change);
  if (rounding !== undefined) return rounding.how === "both" && isAdapted ? "low-rank" : "rounding";
  if (nonzeros <= SPARSE_SHARE * weights && !isSmallTraining(change)) return "sparse";
  if (isAdapted) return "low-rank";
  if (matrix !== undefined && isStranger(change)) return "unrelated";
  return "dense";
}

function hasAdapterRank({ matrix }: Pick<TensorChange, "matrix">): boolean {
  if (matrix === undefined) return false;
  const limit = adapterRankLimit(matrix.rows, matrix.cols);
  if (matrix.withSingleWeights !== undefined && matrix.withSingleWeights.rank <= limit) return true;
  return matrix.rank > 0 && matrix.rank <= limit && matrix.isNoiseLeft;
}

function isSmallTraining({ dtype, baseDtype, mostSteps, nonzeros, weights }: Omit<TensorChange, "kind">): boolean {
  const isHalf = dtype === baseDtype && /^(b?f(loat)?16)$/iu.test(dtype);
  return isHalf && mostSteps <= STEPS_OF_TRAINING && nonzeros > FEW * weights;
}

/** Whether two matrices have nothing in common but perhaps their size, or their mean. */
function isStranger({ core }: Pick<TensorChange, "core">): boolean {
  const { baseNorm, tunedNorm, cosine, correlation } = core;
  if (baseNorm === 0 || tunedNorm === 0) return false;
  return Math.abs(cosine) < STRANGER || (correlation !== undefined && Math.abs(correlation) < STRANGER);
}
