import { FormatError } from "../../errors/errors.js";
import type { ModelTensor } from "../tensor.js";

/** A way of packing weights that is known by the names of its tensors, and not read. */
interface PackedScheme {
  readonly scheme: string;
  /** Matches a tensor that only this scheme has; `module` is the part of the name that its tensors share. */
  readonly name: RegExp;
  /** Of the same module, what must be there as well. */
  readonly beside?: readonly RegExp[];
  /** Stored dtypes of the tensor, where the name alone is not enough. */
  readonly dtypes?: readonly string[];
  readonly remedy: string;
}

const INTEGERS = ["U8", "I8", "U16", "I16", "U32", "I32"];
const DEQUANTIZE =
  "Give the model that it was quantized from, or dequantize it and save it as BF16 or F32: by its scheme, with its scales. A plain cast of the codes is not that.";
const IN_TRANSFORMERS =
  "Give the model that it was quantized from, or dequantize it in transformers: model.dequantize(), then save_pretrained(OUT).";

/** The first that matches is named, so what is more special comes first. */
const SCHEMES: readonly PackedScheme[] = [
  {
    scheme: "bitsandbytes 4-bit",
    name: /^(?<module>.*)\.(quant_state\.bitsandbytes__\w+|nested_absmax|nested_quant_map|absmax|quant_map)$/u,
    remedy: IN_TRANSFORMERS,
  },
  { scheme: "GPTQ", name: at("qweight"), beside: [/^qzeros$/u, /^g_idx$/u], remedy: DEQUANTIZE },
  { scheme: "GPTQ or AWQ", name: at("qweight"), beside: [/^qzeros$/u], remedy: DEQUANTIZE },
  { scheme: "packed (GPTQ, AWQ, EETQ or alike)", name: at("qweight|q_weight"), remedy: DEQUANTIZE },
  { scheme: "Marlin", name: at("B"), beside: [/^s$/u], dtypes: INTEGERS, remedy: DEQUANTIZE },
  {
    scheme: "MLX",
    name: at("weight"),
    beside: [/^scales$/u],
    dtypes: ["U32"],
    remedy: "Give the model that it was quantized from, or dequantize it: mlx_lm.convert --dequantize.",
  },
  {
    scheme: "compressed-tensors (packed)",
    name: at("weight_packed|weight_bitmask|bitmask|weight_global_scale|weight_shape"),
    remedy: DEQUANTIZE,
  },
  {
    scheme: "NVFP4 (ModelOpt)",
    name: at("weight_scale_2"),
    remedy: DEQUANTIZE,
  },
  {
    scheme: "MXFP4",
    name: /^(?<module>.*?)[._]blocks$/u,
    dtypes: ["U8"],
    remedy: DEQUANTIZE,
  },
  {
    scheme: "torchao",
    name: /^(?<module>.*?)(:|_weight_|\.)(qdata|int_data|packed_weight|tensor_impl[\w.]*)$/u,
    remedy: DEQUANTIZE,
  },
  { scheme: "optimum-quanto", name: /^(?<module>.*)\._(data|packed)$/u, remedy: DEQUANTIZE },
  { scheme: "HQQ", name: at("W_q"), remedy: DEQUANTIZE },
  { scheme: "AQLM", name: at("codebooks"), beside: [/^codes$/u], remedy: DEQUANTIZE },
  { scheme: "QuIP#", name: at("Qidxs"), remedy: DEQUANTIZE },
  { scheme: "ExLlamaV3", name: at("trellis"), remedy: DEQUANTIZE },
  { scheme: "VPTQ", name: at("indices"), beside: [/^centroids/u], remedy: DEQUANTIZE },
];

/** A tensor's name as module and last part. */
export function splitName(name: string): { readonly module: string; readonly last: string } {
  const dot = name.lastIndexOf(".");
  return { module: dot < 0 ? "" : name.slice(0, dot), last: name.slice(dot + 1) };
}

/**
 * Throws `FormatError` for a model whose weights are packed in a way that is known and not read: the numbers that its
 * tensors hold are codes, and comparing codes says nothing about weights.
 */
export function assertNotPacked(path: string, tensors: readonly ModelTensor[]): void {
  const inModule = new Map<string, string[]>();
  for (const { name } of tensors) {
    const { module, last } = splitName(name);
    const lasts = inModule.get(module) ?? [];
    lasts.push(last);
    inModule.set(module, lasts);
  }
  for (const { scheme, name: pattern, beside = [], dtypes, remedy } of SCHEMES) {
    const found = tensors.filter(({ name, dtype }) => {
      const groups = pattern.exec(name)?.groups;
      if (groups === undefined || (dtypes !== undefined && !dtypes.includes(dtype))) return false;
      const others = inModule.get(groups["module"] ?? "") ?? [];
      return beside.every((each) => others.some((last) => each.test(last)));
    });
    const [first] = found;
    if (first === undefined) continue;
    const { module } = pattern.exec(first.name)?.groups ?? {};
    const modules = new Set(found.map(({ name }) => pattern.exec(name)?.groups?.["module"]));
    throw packedError(path, scheme, module === "" || module === undefined ? first.name : module, modules.size, remedy);
  }
}

function packedError(path: string, scheme: string, module: string, count: number, remedy: string): FormatError {
  const more = count > 1 ? ` and ${count - 1} more` : "";
  return new FormatError(
    path,
    `its weights are packed: ${scheme} (${JSON.stringify(module)}${more}); what is stored are codes, not weights`,
    { remedy },
  );
}

/** The error for codes whose scales are missing, ambiguous or of a form that is not read. */
export function codesError(path: string, { name, dtype }: ModelTensor, detail: string): FormatError {
  return new FormatError(path, `tensor ${JSON.stringify(name)} holds ${dtype} codes, not weights: ${detail}`, {
    remedy: DEQUANTIZE,
  });
}

/** A tensor that is the last part of its name, in any module. */
function at(lasts: string): RegExp {
  return new RegExp(`^(?:(?<module>.*)\\.)?(${lasts})$`, "u");
}
