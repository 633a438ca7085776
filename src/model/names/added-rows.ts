import { nameOfAddedRows } from "../architecture/added-rows.js";
import { elementCountOf, type ModelTensor, type TensorReader } from "../tensor.js";
import { sliceOf } from "./matrix-views.js";
import { isVocabulary } from "./tensor-kinds.js";

interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * The tensor of a shape that only grew along its first axis that is not 1, as the base's rows and those added: both lie in a row.
 * Undefined for any other shape.
 */
export function growthOf(
  base: readonly number[],
  tuned: readonly number[],
): { readonly from: number; readonly to: number } | undefined {
  const axis = base.findIndex((side, i) => side !== tuned[i]);
  if (axis < 0 || base.length !== tuned.length || base.slice(0, axis).some((side) => side !== 1)) return undefined;
  if (base.slice(axis + 1).some((side, i) => side !== tuned[axis + 1 + i])) return undefined;
  const [from = 0, to = 0] = [base[axis], tuned[axis]];
  return from > 0 && to > from ? { from, to } : undefined;
}

/** Growths of the vocabulary, as `from>to`: every tensor that grew by the same has rows for the added tokens. */
export function vocabularyGrowths(pairs: readonly (readonly [base: Named, tuned: Named])[]): ReadonlySet<string> {
  return new Set(
    pairs.flatMap(([base, tuned]) => {
      const growth = isVocabulary(base) ? growthOf(base.shape, tuned.shape) : undefined;
      return growth === undefined ? [] : [`${growth.from}>${growth.to}`];
    }),
  );
}

/** A grown tensor as two, the base's rows and those added. */
export function splitRows(base: Named, tuned: TensorReader): readonly [old: ModelTensor, added: ModelTensor] {
  const { name, shape } = base;
  const axis = shape.findIndex((side, i) => side !== tuned.shape[i]);
  const growth = (tuned.shape[axis] ?? 0) - (shape[axis] ?? 0);
  const addedShape = shape.map((side, i) => (i === axis ? growth : side));
  return [
    sliceOf(tuned, name, shape, 0),
    sliceOf(tuned, nameOfAddedRows(name, growth), addedShape, elementCountOf(shape)),
  ];
}
