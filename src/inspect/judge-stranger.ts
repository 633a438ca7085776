import type { Inspection, MovedTensor, TensorChange } from "./inspection.js";
import { sumOf } from "./inspection-sums.js";
import { counted, namesOf, percent } from "./words.js";

/** With so much of the body's weights unrelated a model is another one, whatever else agrees. */
const MOST_WEIGHTS = 0.5;
/** So many of the body's matrices too: one large tensor that agrees is no kinship. */
const MOST_MATRICES = 0.75;
const LEAST_MATRICES = 4;
/** Layers look moved if so many of the unrelated matrices are like another one of the base. */
const MOVED_SHARE = 0.5;

/** Whether a model has nothing of its base in its body, and if so what is known of it. Embeddings and heads may be shared. */
export function judgeStranger({
  tensors,
  moved,
}: Inspection): { readonly sentence: string; readonly evidence: readonly string[] } | undefined {
  const body = bodyOf(tensors);
  const unrelated = body.filter(({ kind }) => kind === "unrelated");
  const weightsOf = (some: readonly TensorChange[]): number => sumOf(some, ({ weights }) => weights);
  const share = weightsOf(unrelated) / weightsOf(body);
  const isMost = unrelated.length >= LEAST_MATRICES && unrelated.length >= MOST_MATRICES * body.length;
  if (unrelated.length === 0 || (share < MOST_WEIGHTS && !isMost)) return undefined;
  const frozen = tensors.filter(({ nonzeros }) => nonzeros === 0).sort((a, b) => b.weights - a.weights);
  const kept = frozen.length === 0 ? "" : `; but ${counted(frozen.length, "frozen tensor")}: ${namesOf(frozen)}`;
  const trace = `${unrelated.length} of ${counted(body.length, "matrix", "matrices")} (${percent(share)} of their weights) have no trace of the base`;
  if (moved.length < MOVED_SHARE * unrelated.length) {
    return { sentence: `independent model: ${trace}${kept}`, evidence: moved.map(movedLine) };
  }
  return {
    sentence: `independent model tensor by tensor, but layers look swapped: ${movedWords(moved)}`,
    evidence: [`${trace}${kept}`, ...moved.map(movedLine)],
  };
}

/** Matrices by which a model is judged: those of its body, or all where it has no others. */
function bodyOf(tensors: readonly TensorChange[]): TensorChange[] {
  const matrices = tensors.filter(({ isMatrix }) => isMatrix);
  const body = matrices.filter(({ role }) => role !== "head" && !role.startsWith("embedding"));
  return body.length === 0 ? matrices : body;
}

function movedLine({ name, like, cosine }: MovedTensor): string {
  return `${name} looks like the base's ${like} (cosine ${cosine.toFixed(2)})`;
}

/** By blocks where all of a block moved together, else by tensors. */
function movedWords(moved: readonly MovedTensor[]): string {
  const blocks = new Map<string, Set<string>>();
  for (const { block = "", likeBlock = "" } of moved)
    blocks.set(block, (blocks.get(block) ?? new Set()).add(likeBlock));
  const isByBlock = !blocks.has("") && [...blocks].every(([block, like]) => like.size === 1 && !like.has(block));
  const words = isByBlock
    ? [...blocks].map(([block, like]) => `block ${block} matches the base's block ${[...like].join("")}`)
    : moved.map(({ name, like }) => `${name} matches the base's ${like}`);
  return words.slice(0, 4).join(", ") + (words.length > 4 ? ` and ${words.length - 4} more` : "");
}
