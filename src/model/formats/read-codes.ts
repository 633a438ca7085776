import { FLOAT8_DTYPES } from "../dtype.js";
import { assertNotPacked, codesError, splitName } from "./packed-scheme.js";
import { scaleBlocks, type ScaleBlocks } from "./scale-blocks.js";
import { scaledTensor } from "./scaled-tensor.js";
import type { ModelTensor, TensorReader } from "../tensor.js";

/** Integers that are narrower than what counts and positions are stored as. */
const CODE_DTYPES: ReadonlySet<string> = new Set(["I8", "U8", "I16", "U16", "I32", "U32"]);
/** What the last part of a name is where it holds a layer's weights. */
const WEIGHT_NAME = /^(weight|kernel|w|embedding|(gate_up|gate|up|down)_proj)$/u;
/** Scales of what flows through a layer; they are no part of its weight. */
const ACTIVATION = /(^|[._])(input|output|activation|act|k|v|q|kv|prob|logits?)_(scale|zero_point)s?$|^qscale_act$/u;
const QUANTIZATION =
  /(^|[._])(scales?|scale_\w+|qscale_\w+|SCB|absmax|quant_map|zero_points?|zeros|shift|codebooks?|weight_format)$/iu;
/** By what follows the name of the codes, what a tensor is to them. */
const OWN: ReadonlyMap<string, Role> = new Map<string, Role>([
  ["_scale", "scale"],
  ["_scale_inv", "scale"],
  [".scale", "scale"],
  [".scale_inv", "scale"],
  ["_zero_point", "zeroPoint"],
  [".zero_point", "zeroPoint"],
  ["_format", "format"],
]);
/** The same for a tensor beside `weight`, by its own last part. `SCB` and `weight_format` (above) are bitsandbytes'. */
const BESIDE: ReadonlyMap<string, Role> = new Map<string, Role>([
  ["scale", "scale"],
  ["scale_weight", "scale"],
  ["SCB", "scale"],
  ["zero_point", "zeroPoint"],
]);
type Role = "scale" | "zeroPoint" | "format";
/** The scales of bitsandbytes are the largest weight of a row, which has the code 127. */
const SCB_DIVISOR = 127;
/** ComfyUI's mark of a file whose 8-bit floats have scales. */
const MARKER = "scaled_fp8";

/**
 * The tensors of a safetensors model as weights: 8-bit codes with scales beside them become one tensor of floats,
 * `(code - zero point)·scale`, and the scales are no tensors any more. What is packed, or beside a scale in a way that the
 * names and shapes do not settle, is refused: `FormatError` names the scheme, the tensors and what to do.
 */
export async function readCodes(
  path: string,
  stored: readonly ModelTensor[],
): Promise<{ readonly tensors: readonly ModelTensor[]; readonly notes: readonly string[] }> {
  assertNotPacked(path, stored);
  const modules = new Map<string, ModelTensor[]>();
  for (const tensor of stored) {
    const { module } = splitName(tensor.name);
    const members = modules.get(module) ?? [];
    members.push(tensor);
    modules.set(module, members);
  }
  const scaled: TensorReader[] = [];
  const used = new Set<string>();
  const bare: TensorReader[] = [];
  for (const tensor of stored) {
    if (tensor.kind === "string" || !isCode(tensor)) continue;
    const parts = await partsOf(path, tensor, modules);
    if (parts === undefined) {
      if (FLOAT8_DTYPES.has(tensor.dtype) && tensor.name !== MARKER) bare.push(tensor);
      continue;
    }
    scaled.push(scaledTensor({ name: tensor.name, codes: tensor, ...parts }));
    for (const name of [tensor.name, ...parts.used]) used.add(name);
  }
  const [first] = scaled;
  if (first === undefined) return { tensors: stored, notes: [] };
  const unscaled = bare.find(({ dtype }) => scaled.some((other) => other.dtype.startsWith(`${dtype} `)));
  if (unscaled !== undefined) {
    throw codesError(path, unscaled, "no scale is beside it, but other tensors of its dtype have one");
  }
  const more = scaled.length > 1 ? ` and ${scaled.length - 1} more` : "";
  const is = scaled.length > 1 ? "are" : "is";
  return {
    tensors: [...stored.filter(({ name }) => !used.has(name)), ...scaled],
    notes: [`${path}: ${JSON.stringify(first.name)}${more} ${is} stored as codes with scales; read as code × scale`],
  };
}

/** Whether a tensor may hold codes: narrow integers and 8-bit floats other than scales. */
function isCode({ dtype, shape }: TensorReader): boolean {
  return (FLOAT8_DTYPES.has(dtype) && dtype !== "F8_E8M0") || (CODE_DTYPES.has(dtype) && shape.length > 0);
}

interface Parts {
  readonly scale: TensorReader;
  readonly zeroPoint: TensorReader | undefined;
  readonly blocks: ScaleBlocks;
  readonly divisor: number;
  /** Names of the tensors that are a part of the weight. */
  readonly used: readonly string[];
}

/** What stands beside codes; `undefined` if nothing does and they can be numbers of their own. */
async function partsOf(
  path: string,
  codes: TensorReader,
  modules: ReadonlyMap<string, readonly ModelTensor[]>,
): Promise<Parts | undefined> {
  const { name, dtype, shape } = codes;
  const isFloat8 = FLOAT8_DTYPES.has(dtype);
  const { last } = splitName(name);
  const relatives = relativesOf(codes, modules);
  if (relatives.length === 0) {
    if (!isFloat8 && WEIGHT_NAME.test(last) && shape.length >= 2)
      throw codesError(path, codes, "no scale is beside it");
    return undefined;
  }
  const ofRole = (role: Role | undefined): readonly ModelTensor[] =>
    relatives.filter((each) => each.role === role).map(({ tensor }) => tensor);
  const [scales, zeroPoints, formats, unknown] = [
    ofRole("scale"),
    ofRole("zeroPoint"),
    ofRole("format"),
    ofRole(undefined),
  ];
  const [scale, zeroPoint, format] = [scales[0], zeroPoints[0], formats[0]];
  if (unknown.length > 0 || scales.length !== 1 || zeroPoints.length > 1 || scale?.kind !== "float") {
    const others = relatives.map(({ tensor }) => JSON.stringify(tensor.name));
    throw codesError(path, codes, `${others.join(", ")} beside it ${others.length > 1 ? "are" : "is"} not understood`);
  }
  if (dtype !== "I8" && !isFloat8) {
    throw codesError(
      path,
      codes,
      `${JSON.stringify(scale.name)} is beside it, and how ${dtype} packs codes is not known`,
    );
  }
  if (format !== undefined && !(await isRowFormat(format))) {
    throw codesError(path, codes, `${JSON.stringify(format.name)} says that its rows are not in order`);
  }
  const open = (other: ModelTensor): Error =>
    codesError(
      path,
      codes,
      `how ${JSON.stringify(other.name)} of shape ${JSON.stringify(other.shape)} belongs to shape ${JSON.stringify(shape)} is not known`,
    );
  const blocks = scaleBlocks(shape, scale.shape);
  if (blocks === undefined) throw open(scale);
  if (zeroPoint !== undefined) {
    const fits = zeroPoint.elementCount === 1 || zeroPoint.shape.join() === scale.shape.join();
    if (zeroPoint.kind === "string" || !fits) throw open(zeroPoint);
  }
  return {
    scale,
    zeroPoint,
    blocks,
    divisor: splitName(scale.name).last === "SCB" ? SCB_DIVISOR : 1,
    used: relatives.map(({ tensor }) => tensor.name),
  };
}

/** Tensors of the same layer that speak of quantization, and what they are to the codes where that is known. */
function relativesOf(
  { name, elementCount }: TensorReader,
  modules: ReadonlyMap<string, readonly ModelTensor[]>,
): readonly { readonly tensor: ModelTensor; readonly role: Role | undefined }[] {
  const { module, last } = splitName(name);
  const near = [...(modules.get(module) ?? []), ...(modules.get(name) ?? [])];
  return near.flatMap((tensor) => {
    if (tensor.name === name || tensor.elementCount > elementCount) return [];
    const rest = tensor.name.startsWith(name) ? tensor.name.slice(name.length) : "";
    const own = /^[._]/u.test(rest) ? rest : undefined;
    // What has no common module is not known to be beside.
    const beside = own === undefined && WEIGHT_NAME.test(last) ? splitName(tensor.name).last : undefined;
    const text = own ?? beside;
    if (text === undefined || ACTIVATION.test(text)) return [];
    if (!OWN.has(text) && !QUANTIZATION.test(text)) return [];
    const role = own === undefined ? (last === "weight" ? BESIDE.get(text) : undefined) : OWN.get(text);
    return [{ tensor, role }];
  });
}

/** Whether bitsandbytes has laid the rows out in order: layouts for tensor cores are other codes of it. */
async function isRowFormat(format: ModelTensor): Promise<boolean> {
  if (format.kind === "string") return false;
  const values = await format.readValues(0, format.elementCount);
  return values.every((value) => value === 0);
}
