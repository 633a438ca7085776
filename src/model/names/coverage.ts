import { InputError } from "../../errors/errors.js";
import type { Model } from "../open-model.js";
import { elementCountOf } from "../tensor.js";
import { labelAll } from "./canonical-name.js";
import { listPatterns } from "./list-patterns.js";
import { sameShape, type PairTarget, type TargetTensor } from "./pair-target.js";
import { isAdapterFactor, isVocabulary } from "./tensor-kinds.js";

/** A fine-tune has at least that share of its base's weights; with less it is something else, or its names are. */
export const LEAST_COVERAGE = 0.9;

/** How much of a base a model has. */
export interface Coverage {
  /** Weights of the base whose tensor the model has, in the same shape, as a part of all that it must have: 0 to 1. */
  readonly share: number;
  /** What kind of file or difference it looks like, if little is covered. */
  readonly reason: string;
  readonly remedy: string;
}

/** How much of a base's weights a model has by name and shape, after `pairModel`, and why if that is little. */
export function coverageOf(target: PairTarget, model: Pick<Model, "tensors">): Coverage {
  const ofModel = new Map(model.tensors.map((tensor) => [tensor.name, tensor]));
  const base = target.tensors.filter(({ isString, isOptional }) => !isString && isOptional !== true);
  const isCovered = ({ name, shape }: TargetTensor): boolean => {
    const tensor = ofModel.get(name);
    return tensor !== undefined && tensor.kind !== "string" && sameShape(tensor.shape, shape);
  };
  const weights = (tensors: readonly TargetTensor[]): number =>
    tensors.reduce((sum, { shape }) => sum + elementCountOf(shape), 0);
  const total = weights(base);
  const share = total === 0 ? 1 : weights(base.filter(isCovered)) / total;
  return {
    share,
    ...reasonFor(
      base,
      base.filter((each) => !isCovered(each)),
      model,
    ),
  };
}

/**
 * Throws `InputError`, naming the reason, for a model that has less than nine tenths of its base's weights: compared tensor by
 * tensor it would be "everything to zero, and another model from zero".
 */
export function assertCovered(target: PairTarget, model: Pick<Model, "tensors" | "path">): void {
  const { share, reason, remedy } = coverageOf(target, model);
  if (share >= LEAST_COVERAGE) return;
  throw new InputError(
    `${model.path}: has ${percent(share)} of the base's weights by name and shape, a fine-tune has at least 90 %: ${reason}`,
    { remedy: `${remedy} --allow-uncovered insists.` },
  );
}

function reasonFor(
  base: readonly TargetTensor[],
  uncovered: readonly TargetTensor[],
  model: Pick<Model, "tensors">,
): Pick<Coverage, "reason" | "remedy"> {
  const factors = model.tensors.filter(({ name }) => isAdapterFactor(name));
  if (factors.length * 2 > model.tensors.length) {
    return {
      reason: `these are LoRA factors (${listPatterns(
        factors.map(({ name }) => name),
        2,
      )}), not weights`,
      remedy: "Give the folder with the adapter's adapter_config.json, or merge the adapter into the base.",
    };
  }
  const ofModel = new Map(
    labelAll(model.tensors.map(({ name, shape }) => ({ name, shape }))).map((each) => [each.label, each]),
  );
  const resized = labelAll(uncovered.map(({ name, shape }) => ({ name, shape }))).flatMap((each) => {
    const other = ofModel.get(each.label);
    return other === undefined ? [] : [{ ...each, other: other.shape }];
  });
  const [first] = [...resized].sort((a, b) => elementCountOf(b.shape) - elementCountOf(a.shape));
  const vocabulary = resized.find(({ name, shape, other }) => isVocabulary({ name, shape }) && shape[1] === other[1]);
  if (vocabulary !== undefined) {
    const [rows = 0] = vocabulary.other;
    const [baseRows = 0] = vocabulary.shape;
    return {
      reason: `a vocabulary of ${count(rows)} rows, the base has ${count(baseRows)} (${JSON.stringify(vocabulary.name)})`,
      remedy: "Give the base that the fine-tune was made from, or one of the same vocabulary.",
    };
  }
  if (first !== undefined) {
    return {
      reason: `${resized.length === 1 ? "a tensor has" : `${resized.length} tensors have`} another shape, ${JSON.stringify(first.name)} is ${JSON.stringify(first.other)} and ${JSON.stringify(first.shape)} in the base`,
      remedy: "Give the base that the fine-tune was made from.",
    };
  }
  const names = new Set(base.map(({ name }) => name));
  const common = model.tensors.filter(({ name }) => names.has(name)).length;
  return {
    reason:
      common === 0
        ? `no name of its ${model.tensors.length} tensors is the base's: here ${listPatterns(
            model.tensors.map(({ name }) => name),
            2,
          )}, there ${listPatterns([...names], 2)}`
        : `it lacks ${listPatterns(
            uncovered.map(({ name }) => name),
            4,
          )}`,
    remedy:
      "Give the base that the fine-tune was made from; a fine-tune of part of a model needs that part as its base.",
  };
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function percent(share: number): string {
  return `${Math.floor(1000 * share) / 10} %`;
}
