import { normalSource, seedOf } from "./normal.js";
import type { Gpt2Tensor } from "./shapes.js";

/** How the fine-tune differs: a little everywhere, or by a product of rank `rank` in every `c_attn`. */
export type DriftKind =
  { readonly kind: "dense"; readonly deviation: number } | { readonly kind: "lora"; readonly rank: number };

/** Standard deviation of LoRA's two factors: their product moves a weight by about a hundredth of its size. */
const FACTOR_DEVIATION = 0.01;

/** The change of a tensor's weights, in order; `undefined` if it does not change. */
export function driftOf(drift: DriftKind, { name, shape }: Gpt2Tensor, seed: number): (() => number) | undefined {
  const normal = normalSource(seedOf(seed, `${name}/drift`));
  if (drift.kind === "dense") return () => drift.deviation * normal();
  if (!name.endsWith("attn.c_attn.weight")) return undefined;
  const [rows = 0, columns = 0] = shape;
  const factor = (length: number): Float64Array => Float64Array.from({ length }, () => FACTOR_DEVIATION * normal());
  const a = factor(rows * drift.rank);
  const b = factor(drift.rank * columns);
  let x = 0;
  return () => {
    const row = Math.floor(x / columns);
    const column = x % columns;
    x++;
    let sum = 0;
    for (let k = 0; k < drift.rank; k++) sum += (a[row * drift.rank + k] ?? 0) * (b[k * columns + column] ?? 0);
    return sum;
  };
}
