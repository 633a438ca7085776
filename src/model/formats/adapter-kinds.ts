import { FormatError } from "../../errors/errors.js";

/** What to do with an adapter that cannot be read over its base. */
export const MERGE_IT = "Merge it (PEFT: merge_and_unload) and give the merged model.";

/** PEFT's types that change weights in another way than by two factors, as people know them. */
const OTHER_CHANGES: Readonly<Record<string, string>> = {
  ADALORA: "AdaLoRA has singular values between its factors",
  BOFT: "BOFT multiplies weights with orthogonal matrices",
  OFT: "OFT multiplies weights with orthogonal matrices",
  HRA: "HRA multiplies weights with reflections",
  IA3: "IA³ scales activations",
  LN_TUNING: "LN tuning replaces the norms",
  LOHA: "LoHa multiplies two low-rank matrices entry by entry",
  LOKR: "LoKr is a Kronecker product",
  FOURIERFT: "FourierFT is a change of few frequencies",
  WAVEFT: "WaveFT is a change of few wavelets",
  VERA: "VeRA scales shared random factors",
  PVERA: "PVeRA scales shared random factors",
  RANDLORA: "RandLoRA scales shared random factors",
  VBLORA: "VB-LoRA mixes vectors of a shared bank",
  BONE: "Bone adds blocks that depend on the base's",
  MISS: "MiSS adds one matrix in blocks",
  SHIRA: "SHiRA adds sparse entries",
  TRAINABLE_TOKENS: "trainable tokens replace single rows of the embedding",
  XLORA: "X-LoRA mixes several adapters for every token",
  POLY: "Poly mixes several adapters for every task",
};

/** PEFT's types that leave the weights as they are. */
const NO_CHANGES = [
  ...["PROMPT_TUNING", "MULTITASK_PROMPT_TUNING", "P_TUNING", "PREFIX_TUNING", "ADAPTION_PROMPT", "CPT", "CARTRIDGE"],
];

/**
 * That an `adapter_config.json` is an object of PEFT's type LORA. Throws `FormatError` saying which kind it is of instead, and
 * what to do.
 */
export function assertLora(path: string, config: unknown): asserts config is Record<string, unknown> {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new FormatError(path, "is not a JSON object", { remedy: "Download the adapter again." });
  }
  const type: unknown = "peft_type" in config ? config.peft_type : undefined;
  if (type === "LORA") return;
  if (typeof type === "string") {
    const name = type.toUpperCase();
    if (NO_CHANGES.includes(name)) {
      throw new FormatError(path, `peft_type: ${type} adds to a model's inputs and changes none of its weights`, {
        remedy: "There are no weights to compare: certify the base, and publish the adapter beside it.",
      });
    }
    const known = OTHER_CHANGES[name];
    throw new FormatError(path, `peft_type: ${type} is not supported${known === undefined ? "" : ` (${known})`}`, {
      remedy: `Adapters of PEFT's type LORA are read over their base; this kind is not. ${MERGE_IT}`,
    });
  }
  if ("fine_tune_type" in config || "lora_parameters" in config) {
    throw new FormatError(path, "is of an adapter of MLX, not of PEFT", {
      remedy: "Merge it (mlx_lm.fuse --de-quantize) and give the merged model.",
    });
  }
  throw new FormatError(path, "has no peft_type, so the kind of adapter is not known", {
    remedy: `Download the adapter completely, with the adapter_config.json that PEFT wrote; or merge it. ${MERGE_IT}`,
  });
}
