import type { ModelFormat } from "../provenance.js";
import { COMMON_MODULES, FAMILIES, type Family, type ModulePattern } from "./patterns.js";
import type { Architecture, NamedShape, Role, TensorPart, TensorRole } from "./role.js";
import { matchMapping, type RoleMapping } from "./role-mapping.js";

/** Order of a convolution's axes: `[out, in, kh, kw]`, or TensorFlow's `[kh, kw, in, out]`. */
export type AxisLayout = "channels-first" | "channels-last";

/** As the formats of files have it. */
export function axisLayoutOf({ format }: { readonly format: ModelFormat }): AxisLayout {
  return format === "tfjs" ? "channels-last" : "channels-first";
}

export interface RecognizeOptions {
  /** Goes before everything that is recognized. */
  readonly mapping?: RoleMapping | undefined;
  readonly layout?: AxisLayout;
}

/**
 * Tells from names and shapes what every tensor does. A guess: it serves to select, to group and to name, and nothing
 * that is proven depends on it.
 */
export function recognizeArchitecture(
  tensors: readonly NamedShape[],
  { mapping, layout = "channels-first" }: RecognizeOptions = {},
): Architecture {
  const family = findFamily(tensors);
  const chain = denseChain(tensors, family);
  const normalized = new Set(
    tensors
      .map(({ name }) => splitName(name))
      .flatMap(({ module, last }) => (STATISTIC_WORDS.test(last) ? [module] : [])),
  );
  const roles = new Map<string, TensorRole>();
  for (const tensor of tensors) {
    const recognized = roleOf(tensor, family, chain, layout);
    // Running statistics are a batch norm's, whatever it is called.
    const isNorm = normalized.has(splitName(tensor.name).module);
    roles.set(tensor.name, {
      ...recognized,
      ...(isNorm ? { role: "norm" as const } : {}),
      ...matchMapping(mapping, tensor.name),
    });
  }
  return {
    family: family?.name ?? (chain.size > 0 ? "MLP" : "unknown"),
    roleOf: (name) => {
      const role = roles.get(name);
      if (role === undefined) throw new RangeError(`no tensor ${name} was recognized`);
      return role;
    },
  };
}

/** The family of networks that names tell, such as `GPT-2`. */
export function familyOf(tensors: readonly NamedShape[]): string | undefined {
  return findFamily(tensors)?.name;
}

function findFamily(tensors: readonly NamedShape[]): Family | undefined {
  return FAMILIES.find(({ signature }) => tensors.some(({ name }) => signature.test(name)));
}

function roleOf(
  tensor: NamedShape,
  family: Family | undefined,
  chain: ReadonlyMap<string, Role>,
  layout: AxisLayout,
): TensorRole {
  const { module, last } = splitName(tensor.name);
  const block = blockOf(tensor.name);
  const pattern = [...(family?.modules ?? []), ...COMMON_MODULES].find((each) => matches(each, module, last));
  const part = pattern?.part ?? partOf(last, tensor.shape);
  const named = chain.get(module) ?? pattern?.role;
  // Scalars and lists of a computation are no weights of the module that they are named after.
  const isWeight = tensor.shape.length > 0 && (isPartWord(last) || pattern !== undefined);
  const role = (isWeight ? named : undefined) ?? roleByShape(tensor.shape, part);
  return { role, part, block, rowAxes: rowAxesOf(tensor, role, layout) };
}

function matches({ module: pattern }: ModulePattern, module: string, last: string): boolean {
  // Some formats have no word for the weight itself: `conv0/filters`, `position_embeddings`.
  return pattern.test(module) || (!isPartWord(last) && pattern.test(module === "" ? last : `${module}.${last}`));
}

/** `model.layers.0.fc1.weight` is module `model.layers.0.fc1` and the word `weight`. */
function splitName(name: string): { readonly module: string; readonly last: string } {
  const at = Math.max(name.lastIndexOf("."), name.lastIndexOf("/"));
  return at < 0 ? { module: "", last: name } : { module: name.slice(0, at), last: name.slice(at + 1) };
}

const WEIGHT_WORDS = /^(weights?|kernel|filters|embeddings?|gamma|scale|depthwise_filter|pointwise_filter)$/u;
const BIAS_WORDS = /^(bias(es)?|beta|offset)$|^bias_(ih|hh)/u;
const STATISTIC_WORDS = /^(running_(mean|var)|num_batches_tracked|moving_(mean|variance))$/u;

function isPartWord(word: string): boolean {
  return WEIGHT_WORDS.test(word) || BIAS_WORDS.test(word) || STATISTIC_WORDS.test(word);
}

function partOf(last: string, shape: readonly number[]): TensorPart {
  if (STATISTIC_WORDS.test(last)) return "statistic";
  if (BIAS_WORDS.test(last) || (last.includes("bias") && shape.length <= 1)) return "bias";
  return "weight";
}

function roleByShape(shape: readonly number[], part: TensorPart): Role {
  if (shape.length === 2) return "dense";
  if (shape.length === 4 || shape.length === 3) return "conv";
  return part === "bias" ? "dense" : "other";
}

/** The number after the word for a repeated part: layer 3 of `encoder.layer.3.attention`, stage 2.0 of `layer2.0.conv1`. */
function blockOf(name: string): string | undefined {
  const stage = /(?:^|[./])(layer\d+)[./](\d+)[./]/u.exec(name);
  if (stage !== null) return `${stage[1] ?? ""}.${stage[2] ?? ""}`;
  const side = /(?:^|[./])(encoder|decoder)[./]/u.exec(name)?.[1];
  const number = /(?:^|[./])(?:layers?|h|blocks?|features|stages?|block)[./](\d+)[./]/u.exec(name)?.[1];
  if (number !== undefined) return side === "decoder" ? `decoder ${number}` : number;
  return /(?:^|[./])((?:dense|block|conv)\d+)[./]/u.exec(name)?.[1];
}

/**
 * Fully connected layers of a network that is no transformer (`fc1`, `dense_2`, `linear`, `classifier.1`): the last one by
 * number is the head.
 */
function denseChain(tensors: readonly NamedShape[], family: Family | undefined): Map<string, Role> {
  if (family !== undefined && !family.name.endsWith("CNN")) return new Map();
  const layers = tensors.flatMap(({ name, shape }) => {
    const { module } = splitName(name);
    const match = /(?:^|[./])(fc|dense|linear|lin|head|out|output|layers?)[_.]?(\d*)$/u.exec(module);
    return match === null || shape.length !== 2 ? [] : [{ module, number: Number(match[2] ?? 0) }];
  });
  const last = layers.reduce<(typeof layers)[number] | undefined>(
    (latest, layer) => (latest === undefined || layer.number >= latest.number ? layer : latest),
    undefined,
  );
  return new Map(layers.map(({ module }) => [module, module === last?.module ? "head" : "dense"]));
}

/**
 * How many leading axes are the rows of the matrix view. A convolution's matrix has its output channels on one side: first
 * for `[out, in, kh, kw]`, last for `[kh, kw, in, out]`. Fused attention weights `[3, d, d]` are 3·d × d.
 */
function rowAxesOf({ name, shape }: NamedShape, role: Role, layout: AxisLayout): number {
  if (shape.length < 3) return 1;
  if (name.includes("depthwise") && layout === "channels-last" && shape.length === 4) return 2;
  if (role === "conv" && layout === "channels-last") return shape.length - 1;
  if (role === "attention.qkv" && shape[0] === 3) return shape.length - 1;
  return 1;
}
