import { elementCountOf } from "../model/tensor.js";
import type { Manifest } from "./manifest.js";
import { perCent, short } from "./number-words.js";

/** A tensor of a fine-tune whose change the steps do not resolve, as its model file states it: parts of 1, rounded up. */
export interface CoarseTensor {
  readonly name: string;
  /** Which part of its change is lost; not told of private models. */
  readonly lostOfChange?: number | undefined;
  /** The same as a part of the tensor's norm. */
  readonly lostOfTensor?: number | undefined;
}

/** Tensors whose steps are not those of the others are named, if they are at most so many. */
const FEW = 2;

/**
 * In words, what a certificate under this manifest does not see. From the manifest alone: absolute steps are certain. A ratio to
 * the weights is not: by the rule of `chooseFractionBits` a step is below `2^(6-ell)` of a tensor's r.m.s. (medium 0.1 %), but who
 * commits a base may choose otherwise, and the manifest does not hold magnitudes.
 */
export function describeResolution(manifest: Manifest, coarse: readonly CoarseTensor[] = []): string[] {
  const floats = manifest.tensors.flatMap((each) => (each.kind === "grid" || each.kind === "packed" ? [each] : []));
  const classes = new Map<number, string[]>();
  for (const { fractionBits, name } of floats) {
    classes.set(fractionBits, [...(classes.get(fractionBits) ?? []), JSON.stringify(name)]);
  }
  const steps = [...classes]
    .sort(([a], [b]) => b - a)
    .map(([f, names]) => {
      const few = classes.size > 1 && names.length <= FEW ? ` (${names.join(", ")})` : "";
      return `${short(2 ** -f)} in ${names.length} ${names.length === 1 ? "tensor" : "tensors"}${few}`;
    });
  const pinned = floats.reduce((sum, each) => sum + (each.pinned?.length ?? 0), 0);
  const digests = manifest.tensors.filter((each) => each.kind === "digest" && each.values === true);
  return [
    `Weights are compared in steps: of ${steps.join(", ")}. Differences of less than a step in a weight may not be seen. By ` +
      `the default rule a step is below ${perCent(2 ** (6 - 2 * manifest.t))} of a tensor's r.m.s.; that the base followed it is not proven.`,
    ...(pinned === 0
      ? []
      : [
          `${pinned} ${pinned === 1 ? "weight is" : "weights are"} pinned: far larger than the rest, equal in all fine-tunes.`,
        ]),
    ...(digests.length === 0
      ? []
      : [
          `Compared as a whole, since they hold infinities: ${digests.map(({ name }) => JSON.stringify(name)).join(", ")}.`,
        ]),
    ...describeCoarse(coarse),
  ];
}

/** In words, that a model was committed although its base's steps are too coarse for its change. Nothing if it is not. */
export function describeCoarse(coarse: readonly CoarseTensor[]): string[] {
  const [first] = coarse;
  if (first === undefined) return [];
  const named = coarse
    .slice(0, 5)
    .map(({ name, lostOfChange }) =>
      lostOfChange === undefined ? JSON.stringify(name) : `${JSON.stringify(name)} (${perCent(lostOfChange)})`,
    );
  const rest = coarse.length > 5 ? ` and ${coarse.length - 5} more` : "";
  return [
    "COARSE: the steps do not resolve this fine-tune. Over 1 % of the change is lost in " +
      `${coarse.length} ${coarse.length === 1 ? "tensor" : "tensors"}: ${named.join(", ")}${rest}.`,
  ];
}

/** The step `2^-f` of a tensor; `undefined` if it has no tiles. */
export function stepOf(manifest: Manifest, name: string): number | undefined {
  const placed = manifest.tensors.find((each) => each.name === name);
  return placed === undefined || !("fractionBits" in placed) ? undefined : 2 ** -placed.fractionBits;
}

/** How far two files of one id can be apart in L2 norm at most: a step in every weight. */
export function unseenNorm(manifest: Manifest): number {
  return Math.sqrt(
    manifest.tensors.reduce(
      (sum, each) => sum + ("fractionBits" in each ? elementCountOf(each.shape) * 4 ** -each.fractionBits : 0),
      0,
    ),
  );
}
