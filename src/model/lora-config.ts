import { z } from "zod";
import { FormatError } from "../errors/errors.js";
import { readWhole } from "./byte-source.js";
import { parseJsonStrict } from "./json-text.js";
import { sha256Range, type FileRecord } from "./provenance.js";
import type { SourceOpener } from "./source-opener.js";

const MAX_CONFIG_BYTES = 1 << 20;

const pattern = z.record(z.string(), z.number().positive()).nullish();

/** A field that means another computation than `W0 + scale·B·A` where it is given at all. */
const unused = (message: string): z.ZodType<unknown> =>
  z.unknown().refine((value) => {
    if (value === undefined || value === null || value === false) return true;
    return typeof value === "object" && Object.keys(value).length === 0;
  }, message);

/** How factors may have begun for the base to be the one that the adapter is used with. */
const NEUTRAL_STARTS = ["gaussian", "eva", "orthogonal"];

const configSchema = z.object({
  peft_type: z.literal("LORA"),
  r: z.number().int().positive(),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  fan_in_fan_out: z.boolean().nullish(),
  rank_pattern: pattern,
  alpha_pattern: pattern,
  // PiSSA, OLoRA, CorDA and LoftQ take a part of the base's weights away when training begins.
  init_lora_weights: z
    .union([z.boolean(), z.string()])
    .nullish()
    .refine((start) => typeof start !== "string" || NEUTRAL_STARTS.includes(start), {
      message: "this start of the training changes the base's weights, which the adapter alone does not tell",
    }),
  use_dora: unused("DoRA scales the base's weights"),
  use_qalora: unused("QALoRA groups inputs"),
  lora_bias: unused("a bias of the adapter itself is not supported"),
  layer_replication: unused("layers that are used more than once are not in the base"),
  target_parameters: unused("adapted parameters that are no layer's weight are not supported"),
  trainable_token_indices: unused("rows of embeddings that are trained by themselves are not supported"),
  alora_invocation_tokens: unused("an adapter that works for some tokens only is no change of weights"),
});

/** What `adapter_config.json` says of the computation. Source: huggingface/peft, src/peft/tuners/lora/config.py. */
export type LoraConfig = z.infer<typeof configSchema>;

/** Reads `adapter_config.json`. Throws `FormatError` naming the field of an adapter that is not `W0 + scale·B·A`. */
export async function readLoraConfig(
  opener: SourceOpener,
  path: string,
  name: string,
): Promise<{ readonly config: LoraConfig; readonly file: FileRecord }> {
  const source = await opener.open(path);
  try {
    const bytes = await readWhole(source, MAX_CONFIG_BYTES);
    const parsed = configSchema.safeParse(parseJsonStrict(bytes, path));
    if (parsed.success) {
      const file = { name, bytes: source.size, sha256: await sha256Range(source, 0, source.size) };
      return { config: parsed.data, file };
    }
    const [issue] = parsed.error.issues;
    throw new FormatError(path, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, {
      remedy: "Adapters of PEFT's type LORA are supported; of any other kind, merge it and give the merged model.",
      cause: parsed.error,
    });
  } finally {
    await source.close();
  }
}

/** Rank and scale of a module: `alpha/r`, or `alpha/√r` under rslora, each by the first pattern that names the module. */
export function rankAndScale(config: LoraConfig, module: string): { readonly rank: number; readonly scale: number } {
  const rank = matchPattern(config.rank_pattern, module) ?? config.r;
  const alpha = matchPattern(config.alpha_pattern, module) ?? config.lora_alpha;
  return { rank, scale: config.use_rslora === true ? alpha / Math.sqrt(rank) : alpha / rank };
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
