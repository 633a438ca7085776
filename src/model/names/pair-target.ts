import type { Model } from "../open-model.js";
import type { TensorReader } from "../tensor.js";

/** A tensor of a base, as far as pairing looks at it. */
export interface TargetTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly isString: boolean;
  /** Its values, where the base's files are at hand. */
  readonly values?: TensorReader | undefined;
  /** Whether a fine-tune may lack it. */
  readonly isOptional?: boolean;
}

/** What a fine-tune is paired with: the tensors of a base, from its files or from its manifest. */
export interface PairTarget {
  readonly tensors: readonly TargetTensor[];
}

/** A base whose files are at hand. */
export function targetOfModel(model: Pick<Model, "tensors">): PairTarget {
  return {
    tensors: model.tensors.map((tensor) => ({
      name: tensor.name,
      shape: tensor.shape,
      isString: tensor.kind === "string",
      values: tensor.kind === "string" ? undefined : tensor,
    })),
  };
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, i) => side === b[i]);
}
