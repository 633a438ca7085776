/** What a tensor of an adapter's file is, as its name tells. */
export type AdapterTensorName =
  | {
      readonly kind: "factor";
      readonly module: string;
      readonly part: "a" | "b" | "magnitude" | "bias";
      readonly isEmbedding: boolean;
      /** The adapter's own name, which PEFT takes out on saving; raw dumps of a training still have it. */
      readonly adapterName: string | undefined;
    }
  | {
      /** A whole tensor: `name` is the base's, without what PEFT adds. */
      readonly kind: "saved";
      readonly name: string;
      /** Whether it is what factors are added to (`base_layer`). */
      readonly isUnderFactors: boolean;
      /** `modules_to_save.X.` stands in the name: `X` is the adapter's name, or a part of the module. */
      readonly marker: { readonly next: string | undefined } | undefined;
    }
  /** A copy of the base that PEFT keeps for itself. */
  | { readonly kind: "copy" }
  /** `what` completes "tensor … ". */
  | { readonly kind: "unsupported"; readonly what: string };

/** Parts of names that other adapters than LoRA have. Sources: huggingface/peft, src/peft/tuners; KohakuBlueleaf/LyCORIS. */
const OTHER_ADAPTERS =
  /(^|\.)(lora_|ia3_|hada_|lokr_|oft_|boft_|hra_|vera_|randlora_|vblora_|fourierft_|waveft_|bone_|miss_|shira_|token_adapter|trainable_tokens|prompt_embeddings|adaption_|dora_scale)/u;

/**
 * Reads the name of a tensor in `adapter_model.safetensors`. `X.base_layer.bias` and `X.base_layer.weight` are the bias and
 * weight of `X` itself, which PEFT wraps; `X.original_module.*` is the base's own, kept beside what was trained.
 * Source: huggingface/peft, src/peft/utils/save_and_load.py.
 */
export function parseAdapterTensorName(stored: string): AdapterTensorName {
  const name = stored.replace(/^base_model\.(model\.)?/u, "");
  if (/(^|\.)original_module\./u.test(name)) return { kind: "copy" };
  const factor = parseFactor(name);
  if (factor !== undefined) return factor;
  if (OTHER_ADAPTERS.test(name)) {
    return { kind: "unsupported", what: "is of an adapter that is not supported" };
  }
  const marked = /^(.+)\.modules_to_save\.(.+)$/u.exec(name);
  if (marked !== null) {
    const [, module = "", rest = ""] = marked;
    const dot = rest.indexOf(".");
    return {
      kind: "saved",
      name: withoutWrapper(`${module}.${rest}`),
      isUnderFactors: false,
      marker: { next: dot < 0 ? undefined : rest.slice(0, dot) },
    };
  }
  const own = withoutWrapper(name);
  return { kind: "saved", name: own, isUnderFactors: own !== name, marker: undefined };
}

function parseFactor(name: string): AdapterTensorName | undefined {
  const linear = /^(.+)\.lora_([AB])(?:\.([\w-]+))?\.(weight|bias)$/u.exec(name);
  if (linear !== null) {
    const [, module = "", side, adapterName, last] = linear;
    if (last === "bias" && side === "A") return undefined;
    const part = last === "bias" ? "bias" : side === "A" ? "a" : "b";
    return factorOf(module, part, false, adapterName);
  }
  const embedding = /^(.+)\.lora_embedding_([AB])(?:\.([\w-]+))?$/u.exec(name);
  if (embedding !== null) {
    const [, module = "", side, adapterName] = embedding;
    return factorOf(module, side === "A" ? "a" : "b", true, adapterName);
  }
  const magnitude = /^(.+)\.lora_magnitude_vector(?:\.(?!weight$)([\w-]+))?(?:\.weight)?$/u.exec(name);
  if (magnitude === null) return undefined;
  return factorOf(magnitude[1] ?? "", "magnitude", false, magnitude[2]);
}

function factorOf(
  wrapped: string,
  part: "a" | "b" | "magnitude" | "bias",
  isEmbedding: boolean,
  adapterName: string | undefined,
): AdapterTensorName {
  if (wrapped.endsWith(".base_layer")) {
    return { kind: "unsupported", what: "adapts a parameter that is not a layer's weight, which is not supported" };
  }
  return { kind: "factor", module: withoutWrapper(wrapped), part, isEmbedding, adapterName };
}

/** PEFT's wrapper of a layer has the layer itself as `base_layer`. */
function withoutWrapper(name: string): string {
  return name.replace(/\.base_layer(?=\.)/gu, "");
}
