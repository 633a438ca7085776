import type { Role, TensorPart } from "./role.js";

/**
 * A line of a family's table: module paths (a tensor's name without its last word) that match have the role. The first line
 * that matches counts. `part` is told from the last word unless given.
 */
export interface ModulePattern {
  readonly module: RegExp;
  readonly role: Role;
  readonly part?: TensorPart;
}

/** A family of networks, as its names tell. */
export interface Family {
  readonly name: string;
  /** Names that only this family has; one of them is enough. */
  readonly signature: RegExp;
  readonly modules: readonly ModulePattern[];
}

const table = (lines: readonly (readonly [RegExp, Role, TensorPart?])[]): ModulePattern[] =>
  lines.map(([module, role, part]) => ({ module, role, ...(part === undefined ? {} : { part }) }));

/** Names that mean the same in every family; each family's own lines go before. */
export const COMMON_MODULES: readonly ModulePattern[] = table([
  [/(^|[./])(lm_head|classifier|score|qa_outputs|cls|heads?|fc_out|logits|prediction_head)([./]|$)/u, "head"],
  [/(^|[./])(layer_?norm\d*|ln_?\w*|norm\d*|\w+_norm|\w+_layernorm|layernorm\w*|LayerNorm|group_?norm\d*)$/u, "norm"],
  [/(^|[./])(bn\d*|batch_?norm(alization)?\w*)$/u, "norm"],
  [/(position|pos)_?emb|wpe|embed_positions/u, "embedding.position"],
  [/embed|wte|^shared$|tok_emb|(^|[./])(cls|dist|mask)_token$/u, "embedding"],
  [/(^|[./_])(qkv|c_attn|query_key_value|qkv_proj|in_proj|Wqkv)$/u, "attention.qkv"],
  [/(^|[./_])(q|query|q_proj|q_lin|wq)$/u, "attention.q"],
  [/(^|[./_])(k|key|k_proj|k_lin|wk)$/u, "attention.k"],
  [/(^|[./_])(v|value|v_proj|v_lin|wv)$/u, "attention.v"],
  [/(attn|attention)[./](o|out|proj|c_proj|out_proj|o_proj|out_lin|wo|dense|output[./]dense)$/iu, "attention.o"],
  [/(^|[./])o_proj$/u, "attention.o"],
  [/(^|[./])(gate_proj|wi_0|w1_gate)$/u, "mlp.gate"],
  [/(^|[./])(up_proj|gate_up_proj|c_fc|wi|wi_1|lin1|intermediate[./]dense|dense_h_to_4h)$/u, "mlp.up"],
  [/(^|[./])(down_proj|wo|lin2|dense_4h_to_h)$/u, "mlp.down"],
  [/mlp[./](c_proj|fc2|w2|proj)$/u, "mlp.down"],
  [/mlp[./](fc1|w1|fc)$/u, "mlp.up"],
  [/layers?[./]\d+[./]fc1$/u, "mlp.up"],
  [/layers?[./]\d+[./]fc2$/u, "mlp.down"],
  [/(^|[./])(rnn|lstm|gru)(_\w+)?$/u, "recurrent"],
  [/(^|[./_])(re)?(param_)?conv\w*$|downsample[./]0$|features[./]\d+|(depth|point)wise|filters$|stft/iu, "conv"],
]);

/** Families by what tells them, the more particular ones first. */
export const FAMILIES: readonly Family[] = [
  {
    name: "GPT-2",
    signature: /(^|\.)h\.\d+\.attn\.c_attn\./u,
    modules: table([
      [/attn\.c_attn$/u, "attention.qkv"],
      [/attn\.c_proj$/u, "attention.o"],
      [/mlp\.c_fc$/u, "mlp.up"],
      [/mlp\.c_proj$/u, "mlp.down"],
      [/(^|\.)wpe$/u, "embedding.position"],
      [/(^|\.)wte$/u, "embedding"],
    ]),
  },
  {
    name: "T5",
    signature: /(SelfAttention|EncDecAttention)\.q\./u,
    modules: table([
      [/Attention\.q$/u, "attention.q"],
      [/Attention\.k$/u, "attention.k"],
      [/Attention\.v$/u, "attention.v"],
      [/Attention\.o$/u, "attention.o"],
      [/relative_attention_bias$/u, "embedding.position", "weight"],
      [/DenseReluDense\.wi_0$/u, "mlp.gate"],
      [/DenseReluDense\.wi(_1)?$/u, "mlp.up"],
      [/DenseReluDense\.wo$/u, "mlp.down"],
    ]),
  },
  {
    name: "BERT",
    signature: /encoder\.layer\.\d+\.attention\.self\.query\.|transformer\.layer\.\d+\.attention\.q_lin\./u,
    modules: table([
      [/attention\.output\.dense$/u, "attention.o"],
      [/\.intermediate\.dense$|ffn\.lin1$/u, "mlp.up"],
      [/\.output\.dense$|ffn\.lin2$/u, "mlp.down"],
      [/pooler\.dense$/u, "dense"],
      [/pre_classifier$|classifier\.dense$/u, "head"],
    ]),
  },
  {
    name: "ViT",
    signature: /(^|\.)blocks\.\d+\.attn\.qkv\.|attention\.attention\.query\./u,
    modules: table([
      [/patch_embed/u, "embedding"],
      [/attention\.attention\.query$/u, "attention.q"],
      [/attention\.attention\.key$/u, "attention.k"],
      [/attention\.attention\.value$/u, "attention.v"],
      [/attention\.output\.dense$/u, "attention.o"],
      [/\.intermediate\.dense$/u, "mlp.up"],
      [/\.output\.dense$/u, "mlp.down"],
    ]),
  },
  {
    name: "LLaMA-like",
    signature: /layers\.\d+\.mlp\.(gate_proj|gate_up_proj|down_proj)\./u,
    modules: [],
  },
  {
    name: "transformer encoder",
    signature: /layers?\.\d+\.(self_attn|attention)\b/u,
    modules: [],
  },
  {
    name: "ResNet-like CNN",
    signature: /(^|\.)layer\d+\.\d+\.conv\d+\./u,
    modules: table([
      [/(^|\.)downsample\.1$/u, "norm"],
      [/(^|\.)fc$/u, "head"],
    ]),
  },
  {
    name: "MobileNet-like CNN",
    signature: /depthwise|pointwise|(^|\.)features\.\d+\.conv\.\d+/u,
    modules: table([[/(^|[./])(fc|predictions|top)$/u, "head"]]),
  },
  {
    name: "recurrent network",
    signature: /(^|[./])(weight_[ih]h(_l\d+)?|recurrent_kernel)$/u,
    modules: [],
  },
  {
    name: "CNN",
    signature: /(^|[./])conv(olution)?\w*[./](weight|kernel|filters)/iu,
    modules: [],
  },
];
