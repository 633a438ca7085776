import type { ChangeKind, Inspection, TensorChange } from "./inspection.js";

/** Figures of all tensors together. */
export function totalOf(tensors: readonly TensorChange[]): Inspection["total"] {
  const norm = Math.sqrt(sumOf(tensors, (each) => each.norm ** 2));
  const baseNorm = Math.sqrt(sumOf(tensors, (each) => each.baseNorm ** 2));
  const changed = tensors.filter(({ nonzeros }) => nonzeros > 0);
  const [before, after] = [sumOf(changed, (each) => each.baseNorm ** 2), sumOf(changed, (each) => each.tunedNorm ** 2)];
  const dot = sumOf(changed, ({ cosine, baseNorm: w0, tunedNorm: w1 }) => cosine * w0 * w1);
  return {
    weights: sumOf(tensors, ({ weights }) => weights),
    changedWeights: sumOf(tensors, ({ nonzeros }) => nonzeros),
    norm,
    baseNorm,
    relative: norm === 0 ? 0 : norm / baseNorm,
    cosine: before === 0 || after === 0 ? 1 : dot / Math.sqrt(before * after),
  };
}

/** Figures of the matrices: norms of layers are as large as whole matrices' and hide what became of these. */
export function matricesOf(tensors: readonly TensorChange[]): Inspection["matrices"] {
  const matrices = tensors.filter(({ isMatrix }) => isMatrix);
  const weights = sumOf(matrices, (each) => each.weights);
  const share = (kind: ChangeKind): number =>
    weights === 0
      ? 0
      : sumOf(
          matrices.filter((each) => each.kind === kind),
          (each) => each.weights,
        ) / weights;
  return {
    count: matrices.length,
    weights,
    relative: relativeOf(matrices),
    shares: {
      same: share("same"),
      rounding: share("rounding"),
      sparse: share("sparse"),
      "low-rank": share("low-rank"),
      dense: share("dense"),
      unrelated: share("unrelated"),
    },
  };
}

/** The norm of the tensors' change as a part of their norm, without outliers. */
export function relativeOf(tensors: readonly TensorChange[]): number {
  const norm = Math.sqrt(sumOf(tensors, ({ core }) => core.norm ** 2));
  return norm === 0 ? 0 : norm / Math.sqrt(sumOf(tensors, ({ core }) => core.baseNorm ** 2));
}

/** A sum over tensors. */
export function sumOf<T>(tensors: readonly T[], of: (tensor: T) => number): number {
  return tensors.reduce((total, each) => total + of(each), 0);
}
