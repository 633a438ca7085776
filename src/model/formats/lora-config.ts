import { z } from "zod";
import { FormatError } from "../../errors/errors.js";
import { firstIssue } from "../../errors/first-issue.js";
import { assertLora, MERGE_IT } from "./adapter-kinds.js";
import { readWhole } from "../byte-source.js";
import { parseJsonStrict } from "./json-text.js";
import { ModulePatterns } from "./module-patterns.js";
import { sha256Range, type FileRecord } from "../provenance.js";
import type { SourceOpener } from "../source-opener.js";

const MAX_CONFIG_BYTES = 1 << 20;

const pattern = z.record(z.string(), z.number().positive()).nullish();

/** A field that means another computation than `W0 + scale·B·A` where it is given at all. */
const unused = (message: string): z.ZodType =>
  z
    .unknown()
    .optional()
    .refine((value) => !isSet(value), message);

/** How factors may have begun for the base to be the one that the adapter is used with. */
const NEUTRAL_STARTS = ["gaussian", "eva", "orthogonal"];

const configSchema = z.object({
  r: z.number().int().positive(),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  use_dora: z.boolean().nullish(),
  fan_in_fan_out: z.boolean().nullish(),
  rank_pattern: pattern,
  alpha_pattern: pattern,
  modules_to_save: z.array(z.string()).nullish(),
  task_type: z.string().nullish(),
  // PiSSA, OLoRA, CorDA and LoftQ take a part of the base's weights away when training begins.
  init_lora_weights: z
    .union([z.boolean(), z.string()])
    .nullish()
    .refine((start) => typeof start !== "string" || NEUTRAL_STARTS.includes(start), {
      message: "this start of the training changes the base's weights, which the adapter alone does not give",
    }),
  use_qalora: unused("QALoRA groups inputs"),
  use_bdlora: unused("factors made of blocks are not supported"),
  kasa_config: unused("KaSA has a diagonal between the factors"),
  arrow_config: unused("a router between several adapters does not change weights"),
  enable_lora: unused("an adapter for parts of a fused matrix is not supported"),
  layer_replication: unused("layers that are used more than once are not in the base"),
  target_parameters: unused("adapted parameters that are not a layer's weight are not supported"),
  trainable_token_indices: unused("rows of embeddings that are trained by themselves are not supported"),
  alora_invocation_tokens: unused("an adapter for some tokens only does not change weights"),
});

/** Fields that say how an adapter was trained or is loaded, and nothing of what it computes. */
const BOOKKEEPING = new Set([
  ...["peft_type", "peft_version", "auto_mapping", "base_model_name_or_path", "revision", "inference_mode"],
  ...[
    "target_modules",
    "exclude_modules",
    "lora_dropout",
    "bias",
    "lora_bias",
    "layers_to_transform",
    "layers_pattern",
  ],
  ...["megatron_config", "megatron_core", "loftq_config", "eva_config", "corda_config", "lora_ga_config"],
  ...["qalora_group_size", "runtime_config", "ensure_weight_tying", "merge_weights"],
]);

/** What `adapter_config.json` says of the computation. Source: huggingface/peft, src/peft/tuners/lora/config.py. */
export interface LoraConfig {
  readonly path: string;
  readonly rank: number;
  readonly alpha: number;
  readonly isRankStabilized: boolean;
  /** Whether weights are scaled to given norms after the factors were added. */
  readonly isDora: boolean;
  /** PEFT's `fan_in_fan_out`; nothing if the file does not say. */
  readonly fanInFanOut: boolean | undefined;
  readonly ranks: ModulePatterns;
  readonly alphas: ModulePatterns;
  /** Modules that the adapter brings whole. */
  readonly savedModules: readonly string[];
  /** Fields that are not known here and have a value. */
  readonly unknownFields: readonly string[];
}

/** Modules that PEFT saves whole for a task without being told. */
const HEADS_OF_TASKS: Readonly<Record<string, readonly string[]>> = {
  SEQ_CLS: ["classifier", "score"],
  TOKEN_CLS: ["classifier", "score"],
  QUESTION_ANS: ["qa_outputs"],
};

/** Reads `adapter_config.json`. Throws `FormatError` naming the field of an adapter that is not `W0 + scale·B·A`. */
export async function readLoraConfig(
  opener: SourceOpener,
  path: string,
  name: string,
): Promise<{ readonly config: LoraConfig; readonly file: FileRecord }> {
  const source = await opener.open(path);
  try {
    const json = parseJsonStrict(await readWhole(source, MAX_CONFIG_BYTES), path);
    assertLora(path, json);
    const parsed = configSchema.safeParse(json);
    if (!parsed.success) {
      throw new FormatError(path, firstIssue(parsed.error), { remedy: MERGE_IT, cause: parsed.error });
    }
    const { data } = parsed;
    const unknownFields = Object.entries(json).flatMap(([field, value]) =>
      field in configSchema.shape || BOOKKEEPING.has(field) || !isSet(value) ? [] : [field],
    );
    return {
      config: {
        path,
        rank: data.r,
        alpha: data.lora_alpha,
        isRankStabilized: data.use_rslora ?? false,
        isDora: data.use_dora ?? false,
        fanInFanOut: data.fan_in_fan_out ?? undefined,
        ranks: new ModulePatterns(path, "rank_pattern", data.rank_pattern),
        alphas: new ModulePatterns(path, "alpha_pattern", data.alpha_pattern),
        savedModules: [...(data.modules_to_save ?? []), ...(HEADS_OF_TASKS[data.task_type ?? ""] ?? [])],
        unknownFields,
      },
      file: { name, bytes: source.size, sha256: await sha256Range(source, 0, source.size) },
    };
  } finally {
    await source.close();
  }
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** Rank and scale of a module: `alpha/r`, or `alpha/√r` under rslora, each by the first pattern that names the module. */
export function rankAndScale(config: LoraConfig, module: string): { readonly rank: number; readonly scale: number } {
  const rank = config.ranks.valueOf(module) ?? config.rank;
  const alpha = config.alphas.valueOf(module) ?? config.alpha;
  return { rank, scale: config.isRankStabilized ? alpha / Math.sqrt(rank) : alpha / rank };
}
