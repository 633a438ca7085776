import { InputError } from "../../errors/errors.js";
import type { LoraAdapter, SavedTensor } from "./lora-adapter.js";
import type { LoraModule } from "./lora-module.js";
import type { Model } from "../open-model.js";
import type { ModelTensor, TensorReader } from "../tensor.js";
import { isTiedCopy, storesHeadFor, tiedEmbedding } from "../tied-head.js";

/** Which tensors of a base an adapter changes. */
export interface AdapterPlacement {
  readonly modules: readonly { readonly module: LoraModule; readonly tensor: TensorReader }[];
  /** Whole tensors by the base's names. */
  readonly replaced: ReadonlyMap<string, SavedTensor>;
  /** Whole tensors of modules that the base does not have, such as a new head. */
  readonly added: readonly TensorReader[];
  readonly notes: readonly string[];
}

/** A tensor of the base that a name may mean, and how names of the base differ: `+model.` has more in front, `-model.` less. */
interface Fit {
  readonly tensor: ModelTensor;
  readonly change: string;
}

/**
 * Finds the base's tensors by the adapter's names, which may differ by a prefix: `transformer.`, `model.`. One prefix for all
 * of an adapter, beside names that are equal. Throws `InputError` for a module that the base does not have, for a name
 * that fits two tensors, and for a whole tensor that is neither the base's nor of a module that the adapter brings along.
 */
export async function placeAdapter(base: Model, adapter: LoraAdapter): Promise<AdapterPlacement> {
  const changes = new Map<string, string>();
  const taken = new Set<string>();
  const modules = adapter.modules.map((module) => {
    const { tensor, change } = fitOfModule(base, adapter, module);
    assertOnce(adapter, tensor.name, taken);
    if (change !== "") changes.set(change, module.module);
    if (tensor.kind !== "float") throw notFloat(base, adapter, tensor);
    return { module, tensor };
  });
  assertOnePrefix(base, adapter, changes);
  const replaced = new Map<string, SavedTensor>();
  const added: TensorReader[] = [];
  const notes = modules.flatMap(({ module, tensor }) =>
    module.isEmbedding && !storesHeadFor(base, tensor)
      ? [
          `${adapter.path}: adapts ${JSON.stringify(tensor.name)}, and ${base.path} stores no head beside it: if the two are tied, ` +
            "the head changes with it here, as in a merged model, but not where the adapter is applied at run time",
        ]
      : [],
  );
  const whole = new Set<string>();
  const rest: [string, SavedTensor][] = [];
  for (const [name, saved] of adapter.saved) {
    const fit = fitOf(base, adapter, name, modules.length === 0 ? undefined : changes);
    if (fit !== undefined) {
      assertOnce(adapter, fit.tensor.name, whole);
      replaced.set(fit.tensor.name, { ...saved, tensor: { ...saved.tensor, name: fit.tensor.name } });
    } else {
      rest.push([name, saved]);
    }
  }
  const tensors = [...base.tensors, ...[...replaced.values()].map(({ tensor }) => tensor)];
  for (const [name, saved] of rest) {
    if (await isTiedCopy(name, saved.tensor, tensors)) continue;
    assertIsNewModule(base, adapter, name, saved);
    notes.push(
      `${adapter.path}: brings ${JSON.stringify(name)} ${JSON.stringify(saved.tensor.shape)}, which ${base.path} does not have`,
    );
    added.push({ ...saved.tensor, name });
  }
  return { modules, replaced, added, notes };
}

/** Two names of the adapter must not come to one tensor of the base: one of them would be lost. */
function assertOnce(adapter: LoraAdapter, tensor: string, taken: Set<string>): void {
  if (taken.has(tensor)) throw changedTwice(adapter, tensor);
  taken.add(tensor);
}

/** Of a tensor of the base that an adapter changes in two ways. */
export function changedTwice(adapter: LoraAdapter, tensor: string): InputError {
  return new InputError(`${adapter.path}: changes ${JSON.stringify(tensor)} of the base twice`, {
    remedy: "Give the base that the adapter was trained on, or merge the adapter and give the merged model.",
  });
}

function assertOnePrefix(base: Model, adapter: LoraAdapter, changes: ReadonlyMap<string, string>): void {
  const [first, second] = [...changes.values()];
  if (first === undefined || second === undefined) return;
  throw new InputError(
    `${adapter.path}: ${JSON.stringify(first)} and ${JSON.stringify(second)} are in ${base.path} behind different prefixes`,
    { remedy: "They may be of two parts of it. Give the base that the adapter was trained on, or the merged model." },
  );
}

function notFloat(base: Model, adapter: LoraAdapter, { name, dtype }: ModelTensor): InputError {
  return new InputError(
    `${adapter.path}: adapts ${JSON.stringify(name)}, which ${base.path} stores as ${dtype}: codes or counts, not weights`,
    { remedy: "Give the base as it was before it was packed (F32, F16 or BF16)." },
  );
}

/** The base's tensor that a module of the adapter changes. */
function fitOfModule(base: Model, adapter: LoraAdapter, { module, isEmbedding, inSize, outSize }: LoraModule): Fit {
  const fit = fitOf(base, adapter, `${module}.weight`) ?? fitOf(base, adapter, `${module}.in_proj_weight`);
  if (fit !== undefined) return fit;
  const last = module.split(".").at(-1) ?? module;
  const tied = isEmbedding ? undefined : tiedEmbedding(base, module, outSize, inSize);
  if (tied !== undefined) {
    throw new InputError(
      `${adapter.path}: adapts ${JSON.stringify(module)}, which ${base.path} does not store: it seems tied to ${JSON.stringify(tied.name)}`,
      {
        remedy:
          "At run time the adapter changes the head alone, merged it changes the embedding as well. Save the base with its head " +
          "(tie_word_embeddings false), or give the merged model.",
      },
    );
  }
  const near = base.tensors.flatMap(({ name }) => (name.includes(last) ? [JSON.stringify(name)] : []));
  throw new InputError(`${adapter.path}: adapts ${JSON.stringify(module)}, which ${base.path} does not have`, {
    remedy:
      near.length === 0
        ? "Give the base that the adapter was trained on."
        : `It has ${near.slice(0, 3).join(", ")}. Give the base that the adapter was trained on.`,
  });
}

/**
 * That name's tensor, or the one whose name ends in it or that it ends in; of the differences in `allowed`, if given.
 * Throws `InputError` naming two that fit.
 */
function fitOf(
  base: Model,
  adapter: LoraAdapter,
  name: string,
  allowed?: ReadonlyMap<string, string>,
): Fit | undefined {
  const exact = base.tensors.find((tensor) => tensor.name === name);
  if (exact !== undefined) return { tensor: exact, change: "" };
  const near = base.tensors.flatMap((tensor): Fit[] => {
    if (tensor.name.endsWith(`.${name}`)) {
      return [{ tensor, change: `+${tensor.name.slice(0, tensor.name.length - name.length)}` }];
    }
    if (name.endsWith(`.${tensor.name}`) && tensor.name.includes(".")) {
      return [{ tensor, change: `-${name.slice(0, name.length - tensor.name.length)}` }];
    }
    return [];
  });
  const [first, second] = allowed === undefined ? near : near.filter(({ change }) => allowed.has(change));
  if (first === undefined || second === undefined) return first;
  throw new InputError(
    `${adapter.path}: ${JSON.stringify(name)} fits two tensors of ${base.path}: ${JSON.stringify(first.tensor.name)} and ${JSON.stringify(second.tensor.name)}`,
    {
      remedy:
        "Give the base that the adapter was trained on, such as the text model by itself; or merge the adapter and give the merged model.",
    },
  );
}

function assertIsNewModule(base: Model, adapter: LoraAdapter, name: string, { isOfSavedModule }: SavedTensor): void {
  if (isOfSavedModule) return;
  throw new InputError(`${adapter.path}: holds ${JSON.stringify(name)}, which ${base.path} does not have`, {
    remedy:
      "It is neither a factor nor part of a module in modules_to_save. Give the base that the adapter was trained on, or the merged model.",
  });
}
