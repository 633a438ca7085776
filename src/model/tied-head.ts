import type { Model } from "./open-model.js";
import type { ModelTensor, TensorReader } from "./tensor.js";
import { hasEqualValues } from "./tensor-equality.js";

const EMBEDDING = /(^|\.)(embed_tokens|wte|word_embeddings|embed_in|shared|tok_embeddings|embeddings)\.weight$/u;
const OUTPUT_HEAD = /(^|\.)(lm_head|embed_out|output|output_layer|proj_out|decoder|head)$/u;

/** The embedding that a head of `rows × columns` that a model does not store is probably tied to: many models share the two. */
export function tiedEmbedding(
  { tensors }: Pick<Model, "tensors">,
  module: string,
  rows: number,
  columns: number,
): ModelTensor | undefined {
  if (!OUTPUT_HEAD.test(module)) return undefined;
  return tensors.find(
    ({ name, shape }) => EMBEDDING.test(name) && shape.length === 2 && shape[0] === rows && shape[1] === columns,
  );
}

/** Whether a model stores a head of its own for an embedding; if not, the two may be tied. */
export function storesHeadFor({ tensors }: Pick<Model, "tensors">, embedding: TensorReader): boolean {
  return tensors.some(
    ({ name, shape }) => OUTPUT_HEAD.test(name.replace(/\.weight$/u, "")) && String(shape) === String(embedding.shape),
  );
}

/** Whether a head is a copy of an embedding among the candidates, or the other way round, as PEFT saves of a model that ties the two. */
export async function isTiedCopy(
  name: string,
  copy: TensorReader,
  candidates: readonly ModelTensor[],
): Promise<boolean> {
  const isHead = OUTPUT_HEAD.test(name.replace(/\.weight$/u, ""));
  if (!isHead && !EMBEDDING.test(name)) return false;
  for (const tensor of candidates) {
    const isOther = isHead ? EMBEDDING.test(tensor.name) : OUTPUT_HEAD.test(tensor.name.replace(/\.weight$/u, ""));
    if (tensor.kind !== "string" && isOther && (await hasEqualValues(copy, tensor))) return true;
  }
  return false;
}
