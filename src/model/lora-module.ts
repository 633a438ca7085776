/** The file that makes a directory a PEFT adapter. */
export const ADAPTER_CONFIG = "adapter_config.json";

/** Whether a path is that of an adapter's configuration, which stands for its folder. */
export function isAdapterConfig(path: string): boolean {
  return path.split(/[/\\]/u).at(-1) === ADAPTER_CONFIG;
}

/** What an adapter adds to one weight: `scale·B·A`. */
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
  /** Whether the base stores the weight as `in × out`: embeddings, and PEFT's `fan_in_fan_out` as in GPT-2's Conv1D. */
  readonly isTransposed: boolean;
}

/** A module with the name of the base's tensor that it changes. */
export interface AdaptedTensor extends LoraModule {
  readonly tensor: string;
}
