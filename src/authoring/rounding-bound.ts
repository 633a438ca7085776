import { floatFormatOf } from "../model/float-format.js";
import type { Model } from "../model/open-model.js";
import type { Manifest } from "../quantize/manifest.js";
import { roundingErrors } from "../policy/measure-base.js";

/**
 * What the preset `rounding-only` allows a tensor, in squared units of `2^-f`; `undefined` if the dtype that it is stored in is no
 * float format.
 */
export type RoundingBoundOf = (tensor: string) => Promise<bigint | undefined>;

/** The bounds of the preset for the dtypes of a fine-tune's file. They follow from the base's weights, and tell nothing of its own. */
export function roundingBounds(
  base: Pick<Model, "tensors">,
  tuned: Pick<Model, "tensors">,
  manifest: Manifest,
): RoundingBoundOf {
  const placed = new Map(manifest.tensors.map((tensor) => [tensor.name, tensor]));
  return async (name) => {
    const [before, after] = [base, tuned].map(({ tensors }) => tensors.find((tensor) => tensor.name === name));
    const place = placed.get(name);
    const format = after?.kind === "float" ? floatFormatOf(after.dtype) : undefined;
    if (before?.kind !== "float" || format === undefined || place === undefined || !("fractionBits" in place)) return;
    return (await roundingErrors(before, place.fractionBits, format)).worstSq;
  };
}
