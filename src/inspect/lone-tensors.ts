import type { Architecture } from "../model/architecture/role.js";
import type { Model } from "../model/open-model.js";
import type { TensorReader } from "../model/tensor.js";
import { CHUNK_ELEMENTS } from "../quantize/magnitude.js";
import type { LoneTensor } from "./inspection.js";
import { arePaired } from "./tensor-pair.js";
import type { NotFinite } from "./value-pass.js";

/** Tensors of a model, of any kind, that have no counterpart in the other: of that name, kind and shape. */
export async function loneTensors(model: Model, other: Model, architecture: Architecture): Promise<LoneTensor[]> {
  const theirs = new Map(other.tensors.map((tensor) => [tensor.name, tensor]));
  const lone: LoneTensor[] = [];
  for (const tensor of model.tensors) {
    const { name, kind, shape, dtype, elementCount: weights } = tensor;
    const their = theirs.get(name);
    if (their !== undefined && arePaired(tensor, their)) continue;
    const notFinite = tensor.kind === "float" ? await findNotFinite(tensor) : undefined;
    lone.push({ name, kind, shape, dtype, role: architecture.roleOf(name).role, weights, notFinite });
  }
  return lone;
}

async function findNotFinite(tensor: TensorReader): Promise<NotFinite | undefined> {
  let found: NotFinite | undefined;
  for (let start = 0; start < tensor.elementCount; start += CHUNK_ELEMENTS) {
    const values = await tensor.readValues(start, Math.min(CHUNK_ELEMENTS, tensor.elementCount - start));
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (Number.isFinite(value)) continue;
      found = { index: start + i, value: String(value), ...found, count: (found?.count ?? 0) + 1 };
    }
  }
  return found;
}
