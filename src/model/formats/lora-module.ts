/** The file that makes a directory a PEFT adapter. */
export const ADAPTER_CONFIG = "adapter_config.json";

/** Whether a path is that of an adapter's configuration, which stands for its folder. */
export function isAdapterConfig(path: string): boolean {
  return path.split(/[/\\]/u).at(-1) === ADAPTER_CONFIG;
}

/** What an adapter holds for one weight: it adds `scale·B·A`. */
export interface LoraModule {
  /** The module's name in the adapter, such as `model.layers.0.self_attn.q_proj`. */
  readonly module: string;
  readonly rank: number;
  readonly scale: number;
  /** `rank × in`, row-major. */
  readonly a: Float64Array;
  /** `out × rank`, row-major. */
  readonly b: Float64Array;
  readonly inSize: number;
  readonly outSize: number;
  /** Whether these are factors of an embedding, a table of inputs × outputs. */
  readonly isEmbedding: boolean;
  /** Axes after the first of a convolution's `lora_A`, whose product is `inSize`; one axis for all others. */
  readonly inShape: readonly number[];
  /** DoRA: the norm that each output's weights are scaled to after the factors were added, `out` of them. */
  readonly magnitude: Float64Array | undefined;
  /** `lora_bias`: `scale` times this is added to the module's bias, `out` numbers. */
  readonly bias: Float64Array | undefined;
}

/** A module with the name of the base's tensor that it changes. */
export interface AdaptedTensor extends LoraModule {
  readonly tensor: string;
  /** Whether the tensor is stored as `in × out`: embeddings, and modules such as GPT-2's Conv1D. */
  readonly isTransposed: boolean;
}
