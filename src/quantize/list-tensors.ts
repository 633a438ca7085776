import { InputError } from "../errors/errors.js";
import type { Model } from "../model/open-model.js";
import type { ModelTensor } from "../model/tensor.js";

/** A tensor of a manifest to be, by its name there. */
export interface ListedTensor {
  readonly name: string;
  readonly tensor: ModelTensor;
  /** Whether only one of the two models has it. */
  readonly isOptional: boolean;
}

/** The name of a fine-tune's tensor whose name the base has for another shape: `fc.weight@256x7`. */
export function nameWithShape(name: string, shape: readonly number[]): string {
  return `${name}@${shape.join("x")}`;
}

/**
 * The tensors of a base, and those that only its fine-tune has. A tensor that has another shape there is listed twice, each of
 * which one model lacks. Throws `InputError` for strings that are in one model only: they cannot be absent.
 */
export function listTensors(base: Pick<Model, "tensors">, tune: Pick<Model, "tensors"> | undefined): ListedTensor[] {
  if (tune === undefined) return base.tensors.map((tensor) => ({ name: tensor.name, tensor, isOptional: false }));
  const ofTune = new Map(tune.tensors.map((tensor) => [tensor.name, tensor]));
  const ofBase = new Map(base.tensors.map((tensor) => [tensor.name, tensor]));
  const isSame = (a: ModelTensor, b: ModelTensor | undefined): boolean =>
    b !== undefined &&
    JSON.stringify(a.shape) === JSON.stringify(b.shape) &&
    (a.kind === "string") === (b.kind === "string");
  const listed: ListedTensor[] = base.tensors.map((tensor) => ({
    name: tensor.name,
    tensor,
    isOptional: !isSame(tensor, ofTune.get(tensor.name)),
  }));
  for (const tensor of tune.tensors) {
    const { name, shape } = tensor;
    const other = ofBase.get(name);
    if (isSame(tensor, other)) continue;
    listed.push({ name: other === undefined ? name : nameWithShape(name, shape), tensor, isOptional: true });
  }
  for (const { name, tensor, isOptional } of listed) {
    if (isOptional && tensor.kind === "string") {
      throw new InputError(`${tensor.file}: the strings of ${JSON.stringify(name)} are in one of the models only`, {
        remedy: "Strings must be the same in both models.",
      });
    }
  }
  return listed;
}
