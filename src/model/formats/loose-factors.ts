import { InputError } from "../../errors/errors.js";
import { MERGE_IT } from "./adapter-kinds.js";
import { ADAPTER_CONFIG } from "./lora-module.js";
import type { Model } from "../open-model.js";
import type { SourceOpener } from "../source-opener.js";

/** A way to store an adapter's factors by themselves, told by the names of tensors. */
interface FactorFormat {
  readonly names: RegExp;
  /** Completes "FILE: holds …". */
  readonly what: string;
  readonly remedy: string;
}

const FUSE =
  "Fuse it into its base (diffusers: load_lora_weights, fuse_lora, save_pretrained) and give the fused model's weights.";

/** The more particular ones first: kohya's files may have names of LyCORIS too, PEFT's may have those of diffusers. */
const FORMATS: readonly FactorFormat[] = [
  {
    names: /(^|\.)(hada_w[12]_[ab]|hada_t[12]|lokr_w[12](_[ab])?|lokr_t2)$/u,
    what: "factors of LyCORIS (LoHa or LoKr)",
    remedy:
      "They are not a product of two matrices and are not read. Merge them into the base and give the merged model.",
  },
  {
    names: /^lora_(unet|te\d*|transformer|prior)_.+\.(lora_(down|up|mid)\.weight|alpha|dora_scale|lora_[AB]\.weight)$/u,
    what: "LoRA factors in kohya's format (lora_down, lora_up, alpha)",
    remedy: `They are not read over a base. ${FUSE}`,
  },
  {
    names:
      /(^|[._])(lora|to_[qkv]_lora|to_out_lora|lora_linear_layer|\w+_lora)\.(down|up)\.weight$|\.lora_(down|up)\.weight$/u,
    what: "LoRA factors in an older format of diffusers (lora.down, lora.up)",
    remedy: `They are not read over a base. ${FUSE}`,
  },
  {
    names:
      /^(unet|transformer(?!\.h\.)|text_encoder(_\d)?|prior|controlnet|vae)\..+\.lora_([AB]|magnitude_vector)(\.|$)/u,
    what: "LoRA factors in the format of diffusers (unet, transformer, text_encoder)",
    remedy: `They are not read over a base. ${FUSE}`,
  },
  {
    names: /\.lora_[ab]$/u,
    what: "LoRA factors of MLX or of a GGUF adapter (lora_a, lora_b)",
    remedy:
      "They are not read over a base. Merge them (mlx_lm.fuse --de-quantize, llama-export-lora) and give the merged model.",
  },
  {
    names: /\.(lora_[AB](\.[\w-]+)?\.weight|lora_embedding_[AB](\.[\w-]+)?|lora_magnitude_vector(\.[\w-]+){0,2})$/u,
    what: "LoRA factors",
    remedy: "",
  },
  {
    names:
      /(^|\.)(ia3_l|oft_r|oft_s|boft_[RPs]|vera_lambda_[bd]|hra_u|vblora_logits_[AB]|fourierft_spectrum|bone_block|miss_block|shira_weight|trainable_tokens_delta|prompt_embeddings|adaption_prompt|adaption_gate)(\.[\w-]+)?$/u,
    what: "weights of an adapter that is not a LoRA",
    remedy: MERGE_IT,
  },
];

/** PEFT's wrapper, in a model that was saved without merging its adapter. */
const WRAPPED = /\.base_layer\.(weight|bias)$/u;

/**
 * That a model is not an adapter's factors, which are no weights: against a base they would be "all tensors gone, all tensors
 * new". Where a model has an adapter inside, saved without merging, its base must have the same one.
 * Throws `InputError` saying of which format they are, and what to do. Returns what the user should hear.
 */
export async function assertNoFactors(
  opener: SourceOpener,
  model: Model,
  base: Model | undefined,
): Promise<readonly string[]> {
  const factors = factorNames(model);
  const [first] = factors;
  if (first !== undefined && !isInside(model, factors)) {
    const format = FORMATS.find((each) => factors.some((name) => each.names.test(name)));
    throw new InputError(
      `${model.path}: holds ${format?.what ?? ""} and no model's weights, such as ${JSON.stringify(first)}`,
      { remedy: format?.remedy === "" ? await remedyOfPeft(opener, model) : (format?.remedy ?? MERGE_IT) },
    );
  }
  const inside = (path: string, name: string): string =>
    `${path}: is a model with an adapter inside that is not merged, such as ${JSON.stringify(name)}`;
  if (base === undefined) {
    return first === undefined ? [] : [`${inside(model.path, first)}: factors are taken as tensors like any others`];
  }
  for (const [one, other] of [
    [model, base],
    [base, model],
  ] as const) {
    const names = new Set(other.tensors.map(({ name }) => name));
    const missing = factorNames(one).find((name) => !names.has(name));
    if (missing !== undefined) throw new InputError(inside(one.path, missing), { remedy: MERGE_IT });
  }
  return [];
}

function factorNames(model: Model): readonly string[] {
  return model.tensors.flatMap(({ name }) => (FORMATS.some((each) => each.names.test(name)) ? [name] : []));
}

/** Whether factors are beside a model's own weights. */
function isInside({ tensors }: Model, factors: readonly string[]): boolean {
  return tensors.some(({ name }) => WRAPPED.test(name)) || factors.length * 2 < tensors.length;
}

async function remedyOfPeft(opener: SourceOpener, { path }: Model): Promise<string> {
  const listed = await opener.list(path);
  const folder = listed === undefined ? opener.directoryOf(path) : path;
  const beside = listed ?? (await opener.list(folder)) ?? [];
  return beside.includes(ADAPTER_CONFIG)
    ? `These are LoRA factors: give the folder with ${ADAPTER_CONFIG}, ${folder}, over its base.`
    : `These are LoRA factors: give the folder with ${ADAPTER_CONFIG}, which is missing here and says their scale.`;
}
