import { InputError } from "../../errors/errors.js";
import { adaptedBias, adaptedTensor } from "./adapted-tensor.js";
import { changedTwice, placeAdapter, type AdapterPlacement } from "./adapter-placement.js";
import type { LoraAdapter } from "./lora-adapter.js";
import type { AdaptedTensor } from "./lora-module.js";
import { orient, type AskedOrientation } from "./lora-orientation.js";
import type { Model } from "../open-model.js";
import { compareNames, type ModelTensor } from "../tensor.js";
import { hasEqualValues } from "../tensor-equality.js";

/**
 * A base with an adapter over it as one model, not merged into any float format: `W0 + scale·B·A`, as `adaptedTensor` computes it.
 * Numbers are those of the adapter applied at run time; a merge rounds them and has another id. Both must stay open; closing
 * the result closes the adapter only. A whole tensor of the adapter that has factors too is what they are added to.
 *
 * Throws `InputError` as `placeAdapter` and `orient` do.
 */
export async function mergeAdapter(
  base: Model,
  adapter: LoraAdapter,
  asked: readonly AskedOrientation[] = [],
): Promise<Model> {
  const placement = await placeAdapter(base, adapter);
  const { replaced, added } = placement;
  const placed = placement.modules.map(({ module, tensor }) => ({
    module,
    tensor: replaced.get(tensor.name)?.tensor ?? tensor,
  }));
  const isTransposed = orient(base, adapter, placed, asked);
  const adapted = new Map<string, AdaptedTensor>();
  placed.forEach(({ module, tensor }, i) => {
    adapted.set(tensor.name, { ...module, tensor: tensor.name, isTransposed: isTransposed[i] === true });
  });
  const biases = biasesOf(base, adapter, adapted);

  const merged = base.tensors.map((tensor): ModelTensor => {
    const under = replaced.get(tensor.name)?.tensor ?? tensor;
    if (under.kind === "string") return under;
    const module = adapted.get(tensor.name);
    const bias = biases.get(tensor.name);
    if (module !== undefined) return adaptedTensor(under, module);
    return bias?.bias === undefined ? under : adaptedBias(under, bias.scale, bias.bias);
  });
  const tensors = [...merged, ...added].sort((a, b) => compareNames(a.name, b.name));
  const dora = adapter.config.isDora
    ? [`${adapter.path}: DoRA scales the outputs of ${adapted.size} modules to norms of its own: no change of low rank`]
    : [];
  const notes = [
    ...adapter.files.notes,
    ...adapter.notes,
    ...dora,
    ...placement.notes,
    ...(await notesOnReplaced(base, adapter, placement, adapted)),
  ];
  return {
    path: adapter.path,
    format: "peft-lora",
    tensors,
    notes,
    // Under DoRA the change is no product of two factors.
    adapter: { modules: [...adapted.values()].filter(({ magnitude }) => magnitude === undefined) },
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

/** Modules that have a bias of the adapter's, by the names of the base's biases. */
function biasesOf(
  base: Model,
  adapter: LoraAdapter,
  adapted: ReadonlyMap<string, AdaptedTensor>,
): ReadonlyMap<string, AdaptedTensor> {
  const biases = new Map<string, AdaptedTensor>();
  for (const [name, module] of adapted) {
    if (module.bias === undefined) continue;
    const bias = name.replace(/weight$/u, "bias");
    if (bias === name || !base.tensors.some((tensor) => tensor.name === bias)) {
      throw new InputError(
        `${adapter.path}: adds to the bias of ${JSON.stringify(module.module)}, which ${base.path} does not have`,
        {
          remedy: "Give the base that the adapter was trained on, or merge the adapter and give the merged model.",
        },
      );
    }
    biases.set(bias, module);
  }
  return biases;
}

/**
 * What an adapter's whole tensors are beside those that they replace, where that is not plain. Throws `InputError` for one that
 * has factors as well and is neither what they are added to nor an embedding, with which PEFT saves its own copy.
 */
async function notesOnReplaced(
  base: Model,
  adapter: LoraAdapter,
  { replaced }: AdapterPlacement,
  adapted: ReadonlyMap<string, AdaptedTensor>,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const tensor of base.tensors) {
    const saved = replaced.get(tensor.name);
    if (saved === undefined || tensor.kind === "string") continue;
    const { tensor: whole, isUnderFactors } = saved;
    const module = adapted.get(tensor.name);
    const name = JSON.stringify(tensor.name);
    if (String(whole.shape) !== String(tensor.shape)) {
      notes.push(
        `${adapter.path}: brings ${name} as ${JSON.stringify(whole.shape)}, in ${base.path} it is ${JSON.stringify(tensor.shape)}`,
      );
    } else if (module !== undefined && !(await hasEqualValues(whole, tensor))) {
      if (!isUnderFactors && !module.isEmbedding) throw changedTwice(adapter, tensor.name);
      notes.push(`${adapter.path}: adds its factors to a ${name} of its own, which is not that of ${base.path}`);
    }
  }
  return notes;
}
