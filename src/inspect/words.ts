import type { TensorChange } from "./inspection.js";

/** The rank that a change has, as words: `128`, or `over 256`; nothing for what is no matrix. */
export function rankWords({ matrix }: Pick<TensorChange, "matrix">): string {
  if (matrix === undefined) return "";
  const { rank, count, isComplete, spectrum, withSingleWeights } = matrix;
  const each = count > 1 ? ` in each of ${count}` : "";
  if (withSingleWeights !== undefined) return `${withSingleWeights.rank} + ${withSingleWeights.weights} weights${each}`;
  if (rank === 0) return "noise";
  return `${!isComplete && rank === spectrum.length ? "over " : ""}${rank}${each}`;
}

/** `4.2 %`, of a ratio of 0.042. */
export function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${Number((100 * ratio).toPrecision(2))} %` : "∞";
}

/** `1 matrix`, `3 matrices`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** The first names of a list, and how many more there are. */
export function namesOf(tensors: readonly { readonly name: string }[], limit = 4): string {
  const shown = tensors.slice(0, limit).map(({ name }) => name);
  return `${shown.join(", ")}${tensors.length > limit ? ` and ${tensors.length - limit} more` : ""}`;
}

/** A tensor's element as people write it: `q_proj.weight[3, 5]`. */
export function placeOf(name: string, shape: readonly number[], index: number): string {
  const place: number[] = [];
  let left = index;
  for (const side of [...shape].reverse()) {
    place.unshift(left % side);
    left = Math.floor(left / side);
  }
  return shape.length === 0 ? name : `${name}[${place.join(", ")}]`;
}

/** A number to three digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
