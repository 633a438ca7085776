import { familyOf } from "./recognise.js";
import type { NamedShape } from "./role.js";

/** How a layer stores its weight: PyTorch's `Linear` as `out × in`, the `Conv1D` of GPT-2 as `in × out`. */
export type WeightOrder = "linear" | "conv1d";

/** Matrices that the `Conv1D` of GPT-2 and its kin holds; `c_attn` and `c_fc` have more outputs than inputs. */
const CONV1D_MODULES = /(^|\.)(attn|crossattention|mlp)\.(c_attn|q_attn|c_proj|c_fc2?)\.weight$/u;
const WIDENING = /\.(c_attn|c_fc2?)\.weight$/u;

/** Families whose layers are all PyTorch's `Linear`. */
const LINEAR_FAMILIES = ["T5", "BERT", "ViT", "LLaMA-like", "transformer encoder"];

/**
 * How the matrices of a PyTorch model are stored, by its architecture; `undefined` where it does not say. GPT-2's names alone
 * are not enough: copies of it with `Linear` layers have the same. Which it is shows in `c_attn` and `c_fc`, by their biases or
 * because both widen.
 */
export function weightOrders(tensors: readonly NamedShape[]): (name: string) => WeightOrder | undefined {
  const family = familyOf(tensors);
  if (family === undefined) return () => undefined;
  if (LINEAR_FAMILIES.includes(family)) return () => "linear";
  if (family !== "GPT-2") return () => undefined;
  const order = gpt2Order(tensors);
  return (name) => (CONV1D_MODULES.test(name) ? order : "linear");
}

function gpt2Order(tensors: readonly NamedShape[]): WeightOrder | undefined {
  const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
  const seen = new Set<WeightOrder>();
  for (const { name, shape } of tensors) {
    const [rows, cols] = shape;
    if (!WIDENING.test(name) || shape.length !== 2 || rows === undefined || cols === undefined || rows === cols)
      continue;
    const outputs = shapes.get(name.replace(/weight$/u, "bias"))?.[0] ?? Math.max(rows, cols);
    if (outputs === rows) seen.add("linear");
    else if (outputs === cols) seen.add("conv1d");
  }
  const [only] = seen;
  return seen.size === 1 ? only : undefined;
}
