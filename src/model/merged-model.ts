import { InputError } from "../errors/errors.js";
import type { LoraAdapter } from "./lora-adapter.js";
import type { AdaptedTensor, LoraModule } from "./lora-module.js";
import type { Model } from "./open-model.js";
import { compareNames, type ModelTensor, type TensorReader } from "./tensor.js";

/**
 * A base with an adapter over it as one model, not merged into any float format: `W0 + scale·B·A`, the sum over the rank in
 * order and in float64, then added. Numbers are those of the adapter applied at run time; a merge rounds them and has
 * another id. Both must stay open; closing the result closes the adapter only.
 *
 * Throws `InputError` for a module that the base does not have, or of another shape, and for two that are one tensor's.
 */
export function mergeAdapter(base: Model, adapter: LoraAdapter): Model {
  const adapted = new Map<string, AdaptedTensor>();
  for (const module of adapter.modules) {
    const tensor = tensorOf(base, adapter, module.module);
    assertOnce(adapter, tensor, adapted.has(tensor));
    adapted.set(tensor, { ...module, tensor });
  }
  const replaced = new Map<string, TensorReader>();
  for (const [saved, tensor] of adapter.replaced) {
    const name = findName(base, saved) ?? saved;
    assertOnce(adapter, name, replaced.has(name) || adapted.has(name));
    replaced.set(name, tensor);
  }

  const tensors = base.tensors.map((tensor): ModelTensor => {
    const module = adapted.get(tensor.name);
    const saved = replaced.get(tensor.name);
    replaced.delete(tensor.name);
    if (saved !== undefined) return { ...saved, name: tensor.name };
    return module === undefined ? tensor : adaptedTensor(base, tensor, adapter, module);
  });
  // A head that the base does not have.
  for (const [name, tensor] of replaced) tensors.push({ ...tensor, name });
  tensors.sort((a, b) => compareNames(a.name, b.name));
  return {
    path: adapter.path,
    format: "peft-lora",
    tensors,
    notes: adapter.files.notes,
    adapter: { modules: [...adapted.values()] },
    provenance: async () => {
      const [own, under] = [await adapter.files.provenance(), await base.provenance()];
      const files = [
        adapter.configFile,
        ...own.files,
        ...under.files.map((file) => ({ ...file, name: `base/${file.name}` })),
      ];
      return { format: "peft-lora", files, tensors: tensors.map(({ name, dtype }) => ({ name, dtype })) };
    },
    close: () => adapter.close(),
  };
}

/** Two names of the adapter must not come to one tensor of the base: one of them would be lost. */
function assertOnce(adapter: LoraAdapter, tensor: string, isTaken: boolean): void {
  if (!isTaken) return;
  throw new InputError(`${adapter.path}: changes ${JSON.stringify(tensor)} of the base twice`, {
    remedy: "Give the base that the adapter was trained on, or merge the adapter and give the merged model.",
  });
}

/** The base's tensor that a module of the adapter changes. */
function tensorOf(base: Model, adapter: LoraAdapter, module: string): string {
  const name = findName(base, `${module}.weight`);
  if (name !== undefined) return name;
  const last = module.split(".").at(-1) ?? module;
  const near = base.tensors.flatMap(({ name: each }) => (each.includes(last) ? [JSON.stringify(each)] : []));
  throw new InputError(`${adapter.path}: adapts ${JSON.stringify(module)}, which ${base.path} does not have`, {
    remedy:
      near.length === 0
        ? "Give the base that the adapter was trained on."
        : `It has ${near.slice(0, 3).join(", ")}. Give the base that the adapter was trained on.`,
  });
}

/** That name, or the one tensor whose name ends in it or that it ends in: prefixes such as `model.` come and go. */
function findName(base: Model, name: string): string | undefined {
  if (base.tensors.some((tensor) => tensor.name === name)) return name;
  const near = base.tensors.filter((tensor) => tensor.name.endsWith(`.${name}`) || name.endsWith(`.${tensor.name}`));
  return near.length === 1 ? near[0]?.name : undefined;
}

function adaptedTensor(base: Model, tensor: ModelTensor, adapter: LoraAdapter, module: LoraModule): TensorReader {
  const { rank, scale, a, b, inSize, outSize, isTransposed } = module;
  const [rows, cols] = isTransposed ? [inSize, outSize] : [outSize, inSize];
  if (tensor.kind === "string" || tensor.shape.length !== 2 || tensor.shape[0] !== rows || tensor.shape[1] !== cols) {
    throw new InputError(
      `${adapter.path}: adapts ${JSON.stringify(tensor.name)} as ${rows} × ${cols}, but in ${base.path} it is ${JSON.stringify(tensor.shape)}`,
      { remedy: "Give the base that the adapter was trained on, and check fan_in_fan_out." },
    );
  }
  return {
    ...tensor,
    kind: "float",
    // The sum is rounded to no format of the base: what is expected of rounding noise depends on it.
    dtype: "F64",
    readValues: async (start, count) => {
      const values = (await tensor.readValues(start, count)).slice();
      for (let i = 0; i < count; i++) {
        const [row, col] = [Math.floor((start + i) / cols), (start + i) % cols];
        const [out, input] = isTransposed ? [col, row] : [row, col];
        let product = 0;
        for (let k = 0; k < rank; k++) {
          product += (b[out * rank + k] as number) * (a[k * inSize + input] as number);
        }
        values[i] = (values[i] as number) + scale * product;
      }
      return values;
    },
  };
}
