import type { MovedTensor, TensorChange } from "./inspection.js";

/** Weights of a sample: strangers have a correlation of about 1/16 over it. */
const SAMPLE = 256;
const LEAST_WEIGHTS = 64;
/** A layer that was moved and trained a little still has more. */
const ALIKE = 0.7;
/** Pairs that are compared at most. */
const MOST_PAIRS = 2 ** 22;

/** A few weights of a matrix of both models, at the same places in all matrices of that many weights. */
export class Sketches {
  readonly #base = new Map<string, Float32Array>();
  readonly #tuned = new Map<string, Float32Array>();

  /** Takes its samples from the chunks of one tensor: `MeasureOptions.onChunk`. */
  of(name: string, weights: number): (before: Float64Array, after: Float64Array, start: number) => void {
    if (weights < LEAST_WEIGHTS) return () => undefined;
    // Odd, so that a sample of a matrix is not one column of it.
    const stride = Math.max(1, Math.floor(weights / SAMPLE)) | 1;
    const size = Math.ceil(weights / stride);
    const [base, tuned] = [new Float32Array(size), new Float32Array(size)];
    this.#base.set(name, base);
    this.#tuned.set(name, tuned);
    return (before, after, start) => {
      for (let k = Math.ceil(start / stride); k * stride < start + before.length; k++) {
        base[k] = before[k * stride - start] as number;
        tuned[k] = after[k * stride - start] as number;
      }
    };
  }

  /** Which matrices that have no trace of their own base tensor are like another one of the base. */
  findMoved(tensors: readonly TensorChange[]): MovedTensor[] {
    const shapes = new Map<string, TensorChange[]>();
    for (const tensor of tensors) {
      if (!tensor.isMatrix) continue;
      const key = JSON.stringify(tensor.shape);
      shapes.set(key, [...(shapes.get(key) ?? []), tensor]);
    }
    let pairs = 0;
    return tensors.flatMap((tensor) => {
      if (tensor.kind !== "unrelated") return [];
      const candidates = shapes.get(JSON.stringify(tensor.shape)) ?? [];
      pairs += candidates.length;
      return pairs > MOST_PAIRS ? [] : this.#best(tensor, candidates);
    });
  }

  #best(tensor: TensorChange, candidates: readonly TensorChange[]): MovedTensor[] {
    const own = this.#tuned.get(tensor.name);
    let best: MovedTensor | undefined;
    for (const { name: like, block: likeBlock } of candidates) {
      const other = this.#base.get(like);
      if (like === tensor.name || own === undefined || other === undefined) continue;
      const cosine = correlation(own, other);
      if (cosine < (best?.cosine ?? ALIKE)) continue;
      best = { name: tensor.name, block: tensor.block, like, likeBlock, cosine };
    }
    return best === undefined ? [] : [best];
  }
}

function correlation(x: Float32Array, y: Float32Array): number {
  const [meanX, meanY] = [x, y].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length) as [
    number,
    number,
  ];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [(x[i] as number) - meanX, (y[i] as number) - meanY];
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}
