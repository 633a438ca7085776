/** What a name and a shape tell of a tensor, as far as pairing needs it. */
interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}

const VOCABULARY =
  /(^|\.)(embed_tokens|wte|word_embeddings|tok_embeddings|token_embd|token_embedding|embed_in|embed_out|shared|lm_head|lm_head\.decoder|proj_out|output|predictions\.decoder|vocab_embed\w*|generator_lm_head)\.weight$/u;

/** A matrix with a row for every token: an embedding of words, or a head that predicts them. */
export function isVocabulary({ name, shape }: Named): boolean {
  return shape.length === 2 && VOCABULARY.test(name);
}

/** An embedding of positions. */
export function isPositions({ name, shape }: Named): boolean {
  return (
    shape.length >= 2 &&
    /(^|[._])(pos(ition(al)?)?s?_?emb(ed(ding)?s?)?|embed_positions|wpe|position_embd?)([._]|$)/iu.test(name)
  );
}

const BUFFER =
  /(^|\.)(position_ids|token_type_ids|(original_)?inv_freq|masked_bias|embed_scale|relative_position_index|attn_mask|causal_mask|cos_cached|sin_cached)$/u;
const MASK = /(^|\.)(attn|attention|self_attn|self_attention|crossattention)\.bias$/u;

/** A causal mask that carries the name of a bias: `[1, 1, n, n]`. */
export function isMask({ name, shape }: Named): boolean {
  return shape.length >= 3 && MASK.test(name);
}

/** A tensor that no training changes and that a model computes from its configuration: positions, masks, frequencies. */
export function isBuffer(tensor: Named): boolean {
  return BUFFER.test(tensor.name) || isMask(tensor);
}

/** Whether a name is that of a low-rank factor of an adapter: PEFT, kohya, diffusers, LyCORIS, MLX. */
export function isAdapterFactor(name: string): boolean {
  return /(^|[._])lora_?(a|b|up|down|mid|embedding_a|embedding_b|magnitude_vector)([._]|$)|\.lora\.(up|down)\.|hada_w\d|lokr_w\d|^lora_(unet|te\d?)_|\.dora_scale$/iu.test(
    name,
  );
}
