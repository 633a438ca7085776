import { FormatError } from "../../errors/errors.js";
import { parseAdapterTensorName, type AdapterTensorName } from "./adapter-names.js";
import { MERGE_IT } from "./adapter-kinds.js";
import { readLoraConfig, type LoraConfig } from "./lora-config.js";
import { readFactors, type Factors } from "./lora-factors.js";
import { ADAPTER_CONFIG, type LoraModule } from "./lora-module.js";
import { openModel, type Model } from "../open-model.js";
import type { FileRecord } from "../provenance.js";
import type { SourceOpener } from "../source-opener.js";
import type { TensorReader } from "../tensor.js";

/** A whole tensor of an adapter, which takes the place of the base's. */
export interface SavedTensor {
  readonly tensor: TensorReader;
  /** Whether the adapter says that it is of a module that it brings whole (PEFT: `modules_to_save`), also a new one. */
  readonly isOfSavedModule: boolean;
  /** Whether factors are added to it, if there are any of its module (PEFT: `base_layer`). */
  readonly isUnderFactors: boolean;
}

/** A PEFT adapter of low rank. The files stay open until `close`. */
export interface LoraAdapter {
  readonly path: string;
  readonly modules: readonly LoraModule[];
  /** Whole tensors that take the place of the base's, by their names there. */
  readonly saved: ReadonlyMap<string, SavedTensor>;
  readonly config: LoraConfig;
  /** `adapter_config.json`: scales come from it. */
  readonly configFile: FileRecord;
  readonly files: Model;
  /** What a user should hear of it, a sentence each. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens a PEFT directory: `adapter_config.json` beside `adapter_model.safetensors` (or its shards).
 * Throws `FormatError` for an adapter of another kind, naming the field, and for tensors that do not fit the ranks.
 */
export async function openAdapter(opener: SourceOpener, directory: string): Promise<LoraAdapter> {
  const path = opener.join(directory, ADAPTER_CONFIG);
  const { config, file: configFile } = await readLoraConfig(opener, path, ADAPTER_CONFIG);
  const files = await openModel(opener, opener.join(directory, await weightsFile(opener, directory)));
  try {
    const { factors, saved } = sortTensors(files, config);
    const modules: LoraModule[] = [];
    for (const [module, found] of factors) modules.push(await readFactors(files.path, module, found, config));
    if (modules.length === 0 && saved.size === 0) {
      throw new FormatError(files.path, "holds no factors (lora_A, lora_B) and no other weights", {
        remedy: "The adapter is damaged or incomplete.",
      });
    }
    return {
      path: directory,
      modules,
      saved,
      config,
      configFile,
      files,
      notes: notesOn(config),
      close: () => files.close(),
    };
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function weightsFile(opener: SourceOpener, directory: string): Promise<string> {
  const names = (await opener.list(directory)) ?? [];
  const found = ["adapter_model.safetensors.index.json", "adapter_model.safetensors"].find((name) =>
    names.includes(name),
  );
  if (found !== undefined) return found;
  throw new FormatError(directory, "has an adapter_config.json, but no adapter_model.safetensors", {
    remedy: names.includes("adapter_model.bin")
      ? "adapter_model.bin is a pickle, which runs code: save the adapter as safetensors."
      : "Download the adapter completely.",
  });
}

/** Tells factors from whole tensors. Throws `FormatError` for one that is neither, and for two of one name. */
function sortTensors(
  files: Model,
  config: LoraConfig,
): { readonly factors: ReadonlyMap<string, Factors>; readonly saved: ReadonlyMap<string, SavedTensor> } {
  const factors = new Map<string, Factors>();
  const saved = new Map<string, SavedTensor>();
  const parsed = files.tensors.map((tensor) => {
    if (tensor.kind === "string") throw new FormatError(files.path, `tensor ${tensor.name} holds strings`);
    return { tensor, name: parseAdapterTensorName(tensor.name) };
  });
  const adapterNames = namesOfAdapter(parsed.map(({ name }) => name));
  const twice = (what: string): FormatError =>
    new FormatError(files.path, what, { remedy: "Save one adapter a directory." });
  for (const { tensor, name } of parsed) {
    switch (name.kind) {
      case "copy":
        break;
      case "unsupported":
        throw new FormatError(files.path, `tensor ${JSON.stringify(tensor.name)} ${name.what}`, {
          remedy: `Layers and embeddings with lora_A and lora_B are. ${MERGE_IT}`,
        });
      case "factor": {
        const { module, part, isEmbedding } = name;
        const found = factors.get(module) ?? {};
        const isFactor = part === "a" || part === "b";
        if (found[part] !== undefined || (isFactor && found.isEmbedding === !isEmbedding)) {
          throw twice(`module ${JSON.stringify(module)} has ${isFactor ? `lora_${part.toUpperCase()}` : part} twice`);
        }
        factors.set(module, { ...found, [part]: tensor, ...(isFactor ? { isEmbedding } : {}) });
        break;
      }
      case "saved": {
        const next = name.marker?.next;
        const own = next !== undefined && adapterNames.has(next) ? name.name.replace(`.${next}.`, ".") : name.name;
        if (saved.has(own)) throw twice(`holds ${JSON.stringify(own)} twice`);
        const isOfSavedModule =
          name.marker !== undefined || config.savedModules.some((module) => `.${own}`.includes(`.${module}.`));
        saved.set(own, { tensor, isOfSavedModule, isUnderFactors: name.isUnderFactors });
      }
    }
  }
  return { factors, saved };
}

/**
 * The names that an adapter has in its tensors' names. After `modules_to_save.` there may stand the adapter's name, or a part
 * of a module where the name was taken out; it is the former if it is PEFT's default, if factors have the same, or if all have it.
 */
function namesOfAdapter(names: readonly AdapterTensorName[]): ReadonlySet<string> {
  const known = new Set(["default"]);
  const next = new Set<string | undefined>();
  for (const name of names) {
    if (name.kind === "factor" && name.adapterName !== undefined) known.add(name.adapterName);
    if (name.kind === "saved" && name.marker !== undefined) next.add(name.marker.next);
  }
  const [only] = next;
  if (next.size === 1 && only !== undefined) known.add(only);
  return known;
}

function notesOn(config: LoraConfig): readonly string[] {
  const patterns = [config.ranks, config.alphas].flatMap((each) =>
    each
      .unused()
      .map((key) => `${config.path}: ${JSON.stringify(key)} in ${each.field} matches no module of the adapter`),
  );
  const fields = config.unknownFields.map(
    (field) => `${config.path}: the field ${JSON.stringify(field)} is not known here and was left aside`,
  );
  return [...patterns, ...fields];
}
