import { z } from "zod";
import { FormatError } from "../errors/errors.js";
import { readWhole } from "./byte-source.js";
import { parseJsonStrict } from "./json-text.js";
import { openModel, type Model } from "./open-model.js";
import type { SourceOpener } from "./source-opener.js";
import { elementCountOf, type TensorReader } from "./tensor.js";

export const ADAPTER_CONFIG = "adapter_config.json";
const MAX_CONFIG_BYTES = 1 << 20;

/** What an adapter adds to one weight: `scale·B·A`. */
export interface LoraModule {
  /** The module's name in the adapter, such as `model.layers.0.self_attn.q_proj`. */
  readonly module: string;
  readonly rank: number;
  readonly scale: number;
  /** `rank × in`, row-major. */
  readonly a: Float64Array;
  /** `out × rank`, row-major. */
  readonly b: Float64Array;
  readonly inSize: number;
  readonly outSize: number;
  /** Whether the base stores the weight as `in × out` (PEFT: `fan_in_fan_out`, as GPT-2's Conv1D). */
  readonly isTransposed: boolean;
}

/** A PEFT adapter of low rank. The files stay open until `close`. */
export interface LoraAdapter {
  readonly path: string;
  readonly modules: readonly LoraModule[];
  /** Whole tensors that take the place of the base's (PEFT: `modules_to_save`), by their names there. */
  readonly replaced: ReadonlyMap<string, TensorReader>;
  readonly files: Model;
  close(): Promise<void>;
}

const pattern = z.record(z.string(), z.number().positive()).nullish();

const unsupported = (message: string): z.ZodType<boolean | null | undefined> =>
  z
    .boolean()
    .nullish()
    .refine((isUsed) => isUsed !== true, message);

const configSchema = z.object({
  peft_type: z.literal("LORA"),
  r: z.number().int().positive(),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  use_dora: unsupported("DoRA scales the base's weights: merge the adapter and give the merged model"),
  lora_bias: unsupported("a bias of the adapter itself is not supported: merge it and give the merged model"),
  fan_in_fan_out: z.boolean().nullish(),
  rank_pattern: pattern,
  alpha_pattern: pattern,
});
type Config = z.infer<typeof configSchema>;

/**
 * Opens a PEFT directory: `adapter_config.json` beside `adapter_model.safetensors` (or its shards).
 * Throws `FormatError` for an adapter of another kind, naming the field, and for tensors that do not fit the ranks.
 */
export async function openAdapter(opener: SourceOpener, directory: string): Promise<LoraAdapter> {
  const path = opener.join(directory, ADAPTER_CONFIG);
  const config = await readConfig(opener, path);
  const files = await openModel(opener, opener.join(directory, await weightsFile(opener, directory)));
  try {
    const modules = new Map<string, { a?: TensorReader; b?: TensorReader }>();
    const replaced = new Map<string, TensorReader>();
    for (const tensor of files.tensors) {
      if (tensor.kind === "string") throw new FormatError(files.path, `tensor ${tensor.name} holds strings`);
      const name = tensor.name.replace(/^base_model\.model\./u, "");
      const factor = /^(.+)\.lora_([AB])(?:\.[\w-]+)?\.weight$/u.exec(name);
      if (factor !== null) {
        const [, module = "", side] = factor;
        const found = modules.get(module) ?? {};
        modules.set(module, side === "A" ? { ...found, a: tensor } : { ...found, b: tensor });
      } else if (name.includes("lora_")) {
        throw new FormatError(
          files.path,
          `tensor ${JSON.stringify(tensor.name)} is of an adapter that is not supported`,
          {
            remedy: "Linear layers with lora_A and lora_B are: merge the adapter and give the merged model.",
          },
        );
      } else {
        replaced.set(name.replace(/\.modules_to_save(\.[\w-]+)?\./u, "."), tensor);
      }
    }
    const read: LoraModule[] = [];
    for (const [module, pair] of modules) read.push(await readModule(files.path, module, pair, config));
    return { path: directory, modules: read, replaced, files, close: () => files.close() };
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function readConfig(opener: SourceOpener, path: string): Promise<Config> {
  const source = await opener.open(path);
  try {
    const parsed = configSchema.safeParse(parseJsonStrict(await readWhole(source, MAX_CONFIG_BYTES), path));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new FormatError(path, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, {
      remedy: "Adapters of PEFT's type LORA are supported; of any other kind, merge it and give the merged model.",
    });
  } finally {
    await source.close();
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

async function readModule(
  path: string,
  module: string,
  { a, b }: { readonly a?: TensorReader; readonly b?: TensorReader },
  config: Config,
): Promise<LoraModule> {
  const label = `module ${JSON.stringify(module)}`;
  if (a === undefined || b === undefined) {
    throw new FormatError(path, `${label} has no lora_${a === undefined ? "A" : "B"}`, {
      remedy: "The adapter is damaged or incomplete.",
    });
  }
  const rank = matchPattern(config.rank_pattern, module) ?? config.r;
  const alpha = matchPattern(config.alpha_pattern, module) ?? config.lora_alpha;
  const [rankOfA, inSize] = a.shape;
  const [outSize, rankOfB] = b.shape;
  const isLinear = a.shape.length === 2 && b.shape.length === 2;
  if (!isLinear || rankOfA !== rank || rankOfB !== rank || inSize === undefined || outSize === undefined) {
    throw new FormatError(
      path,
      `${label}: lora_A is ${JSON.stringify(a.shape)} and lora_B ${JSON.stringify(b.shape)}, but the rank is ${rank}`,
      { remedy: "lora_A is rank × in and lora_B out × rank, of linear layers." },
    );
  }
  return {
    module,
    rank,
    scale: config.use_rslora === true ? alpha / Math.sqrt(rank) : alpha / rank,
    a: await a.readValues(0, elementCountOf(a.shape)),
    b: await b.readValues(0, elementCountOf(b.shape)),
    inSize,
    outSize,
    isTransposed: config.fan_in_fan_out ?? false,
  };
}

/** The value of the first key that, as a regular expression, is the module's name or the end of it after a dot, as in PEFT. */
function matchPattern(
  patterns: Readonly<Record<string, number>> | null | undefined,
  module: string,
): number | undefined {
  for (const [key, value] of Object.entries(patterns ?? {})) {
    if (module === key || module.endsWith(`.${key}`) || matchesWhole(key, module)) return value;
  }
  return undefined;
}

function matchesWhole(key: string, module: string): boolean {
  try {
    return new RegExp(`^(.*\\.)?(${key})$`, "u").test(module);
  } catch {
    return false; // no regular expression: a plain name, which did not match
  }
}
