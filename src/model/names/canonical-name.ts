/** Parts of a name that wrappers of training frameworks put in, at any place. */
const WRAPPERS = new Set([
  "_orig_mod",
  "_fsdp_wrapped_module",
  "_checkpoint_wrapped_module",
  "_forward_module",
  "_dp_module",
]);

/** The wrappers in a name. */
export function wrappersOf(name: string): readonly string[] {
  return name.split(".").filter((part) => WRAPPERS.has(part));
}

/** One name for what frameworks and their versions call differently; most names are their own. */
export function canonicalName(name: string, shape: readonly number[]): string {
  const parts = name.split(".");
  const kept = parts.filter((part) => !WRAPPERS.has(part));
  const last = kept.at(-1);
  // TensorFlow's and old BERT's words for a norm's scale and shift. Layer scales, also called gamma, pair with no weight.
  if (shape.length === 1 && last === "gamma") kept[kept.length - 1] = "weight";
  if (shape.length === 1 && last === "beta") kept[kept.length - 1] = "bias";
  // Weight norm before and after it became a parametrization.
  if (last === "weight_g") kept.splice(-1, 1, "parametrizations", "weight", "original0");
  if (last === "weight_v") kept.splice(-1, 1, "parametrizations", "weight", "original1");
  return kept.map((part) => (part === "block_sparse_moe" ? "mlp" : part)).join(".");
}

/** A name and what it is compared by. */
export interface Labeled {
  readonly name: string;
  /** Unique within its model. */
  readonly label: string;
}

/**
 * The canonical names of a model's tensors. Those of `exact` keep their names, and so do two that would have the same one.
 */
export function labelAll<T extends { readonly name: string; readonly shape: readonly number[] }>(
  tensors: readonly T[],
  exact: ReadonlySet<string> = new Set(),
): (T & Labeled)[] {
  const times = new Map<string, number>();
  const labeled = tensors.map((tensor) => {
    const label = exact.has(tensor.name) ? tensor.name : canonicalName(tensor.name, tensor.shape);
    times.set(label, (times.get(label) ?? 0) + 1);
    return { ...tensor, label };
  });
  return labeled.map((each) => (times.get(each.label) === 1 ? each : { ...each, label: each.name }));
}
