import type { Inspection, TensorChange } from "./inspection.js";
import type { NotFinite } from "./value-pass.js";
import { counted, placeOf, short } from "./words.js";

/** So many times the r.m.s. of a tensor's other changes: no training makes that. */
const SPIKE = 100;

/** Values that are no numbers and make a model unusable, a phrase each: `NaN in the fine-tune's X[0, 1]`. */
export function brokenValues({ tensors, onlyInBase, onlyInTune }: Inspection): string[] {
  const named = (whose: string, name: string, shape: readonly number[], seen: NotFinite | undefined): string[] => {
    if (seen === undefined) return [];
    const more = seen.count === 1 ? "" : ` (${counted(seen.count, "such value")})`;
    return [`${seen.value} in ${whose} ${placeOf(name, shape, seen.index)}${more}`];
  };
  return [
    ...tensors.flatMap(({ name, shape, notFinite }) => [
      ...named("the fine-tune's", name, shape, notFinite?.tuned),
      ...named("the base's", name, shape, notFinite?.base),
      ...named("both models'", name, shape, notFinite?.both?.value === "NaN" ? notFinite.both : undefined),
    ]),
    ...onlyInBase.flatMap(({ name, shape, notFinite }) => named("the base's", name, shape, nanOf(notFinite))),
    ...onlyInTune.flatMap(({ name, shape, notFinite }) => named("the fine-tune's", name, shape, nanOf(notFinite))),
  ];
}

/** Infinities in a tensor of one model alone may be a mask; NaN is nothing. */
function nanOf(seen: NotFinite | undefined): NotFinite | undefined {
  return seen?.value === "NaN" ? seen : undefined;
}

/** Infinities that are no fault: the same in both, as masks have them. */
export function maskLines({ tensors }: Inspection): string[] {
  return tensors.flatMap(({ name, shape, notFinite }) => {
    const both = notFinite?.both;
    if (both === undefined || both.value === "NaN") return [];
    return [
      `${counted(both.count, "infinity", "infinities")} in ${placeOf(name, shape, both.index)} and on, the same in both: a mask`,
    ];
  });
}

/** Weights that changed by far more than all others of their tensor, the largest of each tensor. */
export function spikes(changed: readonly TensorChange[]): string[] {
  return changed.flatMap((change) => {
    const { name, shape, largest, norm, nonzeros, kind } = change;
    if (kind === "sparse" || kind === "rounding" || nonzeros < 2) return [];
    const others = Math.sqrt(Math.max(0, norm ** 2 - largest.value ** 2) / (nonzeros - 1));
    const isOutlier = change.outliers !== undefined && Math.abs(largest.value) >= change.outliers.from / 2;
    if (!isOutlier && !(Math.abs(largest.value) > SPIKE * others)) return [];
    return [`${placeOf(name, shape, largest.index)} changed by ${short(largest.value)}`];
  });
}
