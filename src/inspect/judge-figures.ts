import type { Inspection, OtherChange, TensorChange } from "./inspection.js";
import { counted, percent, placeOf } from "./words.js";

const KIND_WORDS = {
  same: "unchanged",
  rounding: "rounded",
  sparse: "with single weights changed",
  "low-rank": "changed at low rank",
  dense: "changed at full rank",
  unrelated: "without a trace of the base",
} as const;
const MOST_NAMED = 4;

/** What became of the weights in matrices, where there are any. */
export function sharesLine({ matrices }: Inspection): string[] {
  if (matrices.count === 0) return [];
  const shares = Object.entries(KIND_WORDS).flatMap(([kind, words]) => {
    const share = matrices.shares[kind as keyof typeof KIND_WORDS];
    return share === 0 ? [] : [`${percent(share)} ${words}`];
  });
  return [`weights in ${counted(matrices.count, "matrix", "matrices")}: ${shares.join(", ")}`];
}

/** How large changes are, each as a part of its tensor's norm: `9.9 %`, or `1.9 to 2.3 % (median 2 %)`. */
export function strengthOf(tensors: readonly TensorChange[]): string {
  const sizes = tensors.map(({ core }) => core.relative).sort((a, b) => a - b);
  const [least = 0, most = 0, median = 0] = [sizes[0], sizes.at(-1), sizes[sizes.length >> 1]].map(Number);
  if (percent(least) === percent(most)) return percent(most);
  return `${percent(least).replace(" %", "")} to ${percent(most)} (median ${percent(median)})`;
}

/** Training in half precision whose steps are as small as the format's: what it left unchanged was below them. */
export function stepsLine(changed: readonly TensorChange[]): string[] {
  const most = changed.reduce((steps, { mostSteps }) => Math.max(steps, mostSteps), 0);
  const [first] = changed;
  const isHalf = changed.every(({ dtype, baseDtype }) => dtype === baseDtype && dtype === first?.dtype);
  if (first === undefined || !isHalf || !(most > 0 && most <= 2)) return [];
  return [`weights changed by at most ${counted(Math.round(most), "step")} of ${first.dtype}`];
}

/** Figures of integers and strings that differ. */
export function otherWords(changed: readonly OtherChange[]): string[] {
  const lines = changed.slice(0, MOST_NAMED).map(({ name, shape, elements, differ, largest }) => {
    if (differ === undefined || largest === undefined) return `${name}: its strings differ`;
    const where = placeOf(name, shape, largest.index);
    return `${name}: ${differ.toLocaleString("en-US")} of ${counted(elements, "integer")} differ, by at most ${Math.abs(largest.value)} (${where})`;
  });
  const more = changed.length - lines.length;
  return more > 0 ? [...lines, `${counted(more, "more tensor")} of integers or strings differ`] : lines;
}
