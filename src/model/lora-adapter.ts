import { FormatError } from "../errors/errors.js";
import { rankAndScale, readLoraConfig, type LoraConfig } from "./lora-config.js";
import { ADAPTER_CONFIG, type LoraModule } from "./lora-module.js";
import { openModel, type Model } from "./open-model.js";
import type { FileRecord } from "./provenance.js";
import type { SourceOpener } from "./source-opener.js";
import { elementCountOf, type TensorReader } from "./tensor.js";

/** A PEFT adapter of low rank. The files stay open until `close`. */
export interface LoraAdapter {
  readonly path: string;
  readonly modules: readonly LoraModule[];
  /** Whole tensors that take the place of the base's (PEFT: `modules_to_save`), by their names there. */
  readonly replaced: ReadonlyMap<string, TensorReader>;
  /** `adapter_config.json`: scales come from it. */
  readonly configFile: FileRecord;
  readonly files: Model;
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
    const modules = new Map<string, Factors>();
    const replaced = new Map<string, TensorReader>();
    for (const tensor of files.tensors) {
      if (tensor.kind === "string") throw new FormatError(files.path, `tensor ${tensor.name} holds strings`);
      const name = tensor.name.replace(/^base_model\.model\./u, "");
      const factor = parseFactorName(name);
      if (factor !== undefined) {
        const { module, side, isEmbedding } = factor;
        const found = modules.get(module) ?? { isEmbedding };
        if (found[side] !== undefined || found.isEmbedding !== isEmbedding) {
          throw new FormatError(files.path, `module ${JSON.stringify(module)} has lora_${side.toUpperCase()} twice`, {
            remedy: "Save one adapter a directory.",
          });
        }
        modules.set(module, { ...found, [side]: tensor });
      } else if (/lora_|token_adapter|trainable_tokens/u.test(name)) {
        throw new FormatError(
          files.path,
          `tensor ${JSON.stringify(tensor.name)} is of an adapter that is not supported`,
          { remedy: "Linear layers and embeddings with lora A and B are: merge it and give the merged model." },
        );
      } else {
        const saved = name.replace(/\.modules_to_save(\.[\w-]+)?\./u, ".");
        if (replaced.has(saved)) {
          throw new FormatError(files.path, `holds ${JSON.stringify(saved)} twice`, {
            remedy: "Save one adapter a directory.",
          });
        }
        replaced.set(saved, tensor);
      }
    }
    const read: LoraModule[] = [];
    for (const [module, pair] of modules) read.push(await readModule(files.path, module, pair, config));
    return { path: directory, modules: read, replaced, configFile, files, close: () => files.close() };
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** What an adapter's file holds for one module. */
interface Factors {
  readonly a?: TensorReader;
  readonly b?: TensorReader;
  readonly isEmbedding: boolean;
}

/** `MODULE.lora_A.weight`, `MODULE.lora_embedding_A`, either with the adapter's own name after the side. */
function parseFactorName(
  name: string,
): { readonly module: string; readonly side: "a" | "b"; readonly isEmbedding: boolean } | undefined {
  const linear = /^(.+)\.lora_([AB])(?:\.[\w-]+)?\.weight$/u.exec(name);
  const [, module, side] = linear ?? /^(.+)\.lora_embedding_([AB])(?:\.[\w-]+)?$/u.exec(name) ?? [];
  if (module === undefined) return undefined;
  return { module, side: side === "A" ? "a" : "b", isEmbedding: linear === null };
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

async function readModule(
  path: string,
  module: string,
  { a, b, isEmbedding }: Factors,
  config: LoraConfig,
): Promise<LoraModule> {
  const label = `module ${JSON.stringify(module)}`;
  if (a === undefined || b === undefined) {
    throw new FormatError(path, `${label} has no lora_${a === undefined ? "A" : "B"}`, {
      remedy: "The adapter is damaged or incomplete.",
    });
  }
  const { rank, scale } = rankAndScale(config, module);
  const [rankOfA, inSize] = a.shape;
  const [outSize, rankOfB] = b.shape;
  const isMatrix = a.shape.length === 2 && b.shape.length === 2;
  if (!isMatrix || rankOfA !== rank || rankOfB !== rank || inSize === undefined || outSize === undefined) {
    throw new FormatError(
      path,
      `${label}: lora_A is ${JSON.stringify(a.shape)} and lora_B ${JSON.stringify(b.shape)}, but the rank is ${rank}`,
      { remedy: "lora_A is rank × in and lora_B out × rank, of linear layers and embeddings." },
    );
  }
  return {
    module,
    rank,
    scale,
    a: await a.readValues(0, elementCountOf(a.shape)),
    b: await b.readValues(0, elementCountOf(b.shape)),
    inSize,
    outSize,
    // An embedding is a table of tokens × features: the layer's inputs are its rows.
    isTransposed: isEmbedding || (config.fan_in_fan_out ?? false),
  };
}
