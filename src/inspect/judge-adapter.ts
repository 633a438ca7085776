import type { Inspection, TensorChange } from "./inspection.js";
import { sumOf } from "./inspection-sums.js";
import type { VerdictKind } from "./verdict.js";
import { counted, rankWords } from "./words.js";

/** More tensors than that are not listed one by one. */
const MOST_LISTED = 64;

/**
 * Whether a change is what an adapter makes: matrices at low rank, perhaps single weights, and besides what adapters save as a
 * whole: heads, biases, norms. `rest`: what changed by more than rounding.
 */
export function judgeAdapter(
  inspection: Inspection,
  rest: readonly TensorChange[],
): { readonly kind: VerdictKind; readonly sentence: string; readonly evidence: readonly string[] } | undefined {
  const adapted = rest.filter(({ kind }) => kind === "low-rank");
  const whole = rest.filter(({ kind }) => kind !== "low-rank" && kind !== "sparse");
  if (adapted.length === 0 || whole.some(({ role, isMatrix }) => role !== "head" && isMatrix)) return undefined;
  const rank = Math.max(...adapted.map(rankOf));
  const single =
    sumOf(rest, ({ kind, nonzeros }) => (kind === "sparse" ? nonzeros : 0)) +
    sumOf(adapted, ({ matrix }) => matrix?.withSingleWeights?.weights ?? 0);
  const heads = whole.filter(({ role }) => role === "head");
  const biases = whole.filter(({ role, part }) => role !== "head" && part === "bias");
  const vectors = whole.length - heads.length - biases.length;
  const besides = [
    ...(heads.length === 0 ? [] : ["new head"]),
    ...(biases.length === 0 ? [] : [counted(biases.length, "bias", "biases") + " retrained"]),
    ...(vectors === 0 ? [] : [`${counted(vectors, "vector")} retrained`]),
  ];
  const stacked = adapted.some(({ matrix }) => (matrix?.count ?? 1) > 1) ? " in each matrix of a stack" : "";
  const plus = single > 0 ? ` plus ${counted(single, "single weight")}` : "";
  const sentence = `looks like LoRA of rank ${rank}${stacked}${plus} ${mergedWords(inspection, adapted)}`;
  const listed = adapted.slice(0, MOST_LISTED).map((tensor) => `rank ${rankWords(tensor)}: ${tensor.name}`);
  return {
    kind: single > 0 ? "lora-plus-sparse" : "lora",
    sentence: [sentence, ...besides].join(", "),
    evidence: adapted.length > MOST_LISTED ? [...listed, `and ${adapted.length - MOST_LISTED} more`] : listed,
  };
}

function rankOf({ matrix }: TensorChange): number {
  return matrix?.withSingleWeights?.rank ?? matrix?.rank ?? 0;
}

function mergedWords({ tunedFormat }: Inspection, changed: readonly TensorChange[]): string {
  if (tunedFormat === "peft-lora") return "not merged";
  const dtypes = [...new Set(changed.map(({ dtype }) => dtype.toLowerCase()))];
  return `merged in ${dtypes.map((dtype) => dtype.replace(/^float(\d+)$/u, "f$1").replace(/^float$/u, "f32")).join(", ")}`;
}
