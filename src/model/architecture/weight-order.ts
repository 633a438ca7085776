import { familyOf } from "./recognize.js";
import type { NamedShape } from "./role.js";

/** How a layer stores its weight: PyTorch's `Linear` as `out × in`, the `Conv1D` of GPT-2 as `in × out`. */
export type WeightOrder = "linear" | "conv1d";

/** Matrices that the `Conv1D` of GPT-2 and its kin holds; `c_attn` and `c_fc` have more outputs than inputs. */
const CONV1D_MODULES = /(^|\.)h\.\d+\.(attn|crossattention|mlp)\.(c_attn|q_attn|c_proj|c_fc2?)\.weight$/u;
const WIDENING = /\.(c_attn|c_fc2?)\.weight$/u;

/** Families whose layers are all PyTorch's `Linear`. */
const LINEAR_FAMILIES = ["T5", "BERT", "ViT", "LLaMA-like", "transformer encoder"];

/**
 * How the matrices of a PyTorch model are stored, by its architecture; `undefined` where it does not say. GPT-2's names alone
 * are not enough: copies of it with `Linear` layers have the same. Which it is shows in `c_attn` and `c_fc`, by their biases or
 * because both widen. In a network that is not known the biases say it, if all agree: they have as many entries as outputs.
 */
export function weightOrders(tensors: readonly NamedShape[]): (name: string) => WeightOrder | undefined {
  const family = familyOf(tensors);
  if (family !== undefined && LINEAR_FAMILIES.includes(family)) return () => "linear";
  if (tensors.some(({ name }) => CONV1D_MODULES.test(name))) {
    const order = onlyOrder(tensors, ({ name }) => WIDENING.test(name), Math.max);
    return (name) => (CONV1D_MODULES.test(name) ? order : "linear");
  }
  const order = onlyOrder(tensors, ({ name }) => name.endsWith(".weight"));
  return () => order;
}

/**
 * The order that all of the matrices that are no squares have, by their biases or by what `outputsOf` says of both sides. A norm
 * or an embedding has no bias beside a matrix, so that it says nothing.
 */
function onlyOrder(
  tensors: readonly NamedShape[],
  isMeant: (tensor: NamedShape) => boolean,
  outputsOf?: (rows: number, columns: number) => number,
): WeightOrder | undefined {
  const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
  const seen = new Set<WeightOrder>();
  for (const tensor of tensors) {
    const [rows, columns, ...more] = tensor.shape;
    if (rows === undefined || columns === undefined || more.length > 0 || rows === columns || !isMeant(tensor))
      continue;
    const outputs = shapes.get(tensor.name.replace(/weight$/u, "bias"))?.[0] ?? outputsOf?.(rows, columns);
    if (outputs === rows) seen.add("linear");
    else if (outputs === columns) seen.add("conv1d");
  }
  const [only] = seen;
  return seen.size === 1 ? only : undefined;
}
