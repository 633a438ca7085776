import { InputError } from "../errors/errors.js";
import type { Model } from "./open-model.js";

/**
 * Throws `InputError` for a tensor that holds integers in one model and floats in the other. Integers under a weight's
 * name are codes of some quantization: to subtract one from the other says nothing about weights.
 */
export function assertSameKinds(base: Pick<Model, "tensors" | "path">, model: Pick<Model, "tensors" | "path">): void {
  const ofBase = new Map(base.tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of model.tensors) {
    const other = ofBase.get(tensor.name);
    const kinds = [tensor.kind, other?.kind];
    if (!kinds.includes("integer") || !kinds.includes("float")) continue;
    const integers = tensor.kind === "integer" ? model : base;
    throw new InputError(
      `tensor ${JSON.stringify(tensor.name)} holds ${tensor.dtype} in ${model.path}, but ${other?.dtype ?? ""} in ${base.path}`,
      {
        remedy: `Integers are not compared with floats: if those of ${integers.path} are codes of a quantization, give the model that it was quantized from, or dequantize it with its scales.`,
      },
    );
  }
}
