/** What decides the shapes of a model of GPT-2's architecture. */
export interface Gpt2Config {
  readonly vocabulary: number;
  readonly context: number;
  readonly width: number;
  readonly layers: number;
}

/** GPT-2 (124,439,808 parameters) and smaller models of its shape. */
export const SIZES = {
  "0.1M": { vocabulary: 512, context: 64, width: 64, layers: 1 },
  "1M": { vocabulary: 1500, context: 128, width: 128, layers: 4 },
  "10M": { vocabulary: 12_000, context: 256, width: 256, layers: 8 },
  "50M": { vocabulary: 50_257, context: 1024, width: 512, layers: 8 },
  "124M": { vocabulary: 50_257, context: 1024, width: 768, layers: 12 },
} as const satisfies Readonly<Record<string, Gpt2Config>>;

export type SizeName = keyof typeof SIZES;

/** A tensor, and how its synthetic weights are distributed: normally. */
export interface Gpt2Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
}

/**
 * The tensors in the order in which GPT-2 uses them, under the names of its published files; weights `[in, out]`. Deviations are those
 * of GPT-2's initialization, with a little noise where that is constant, as training leaves it.
 */
export function gpt2Tensors({ vocabulary, context, width, layers }: Gpt2Config): Gpt2Tensor[] {
  const matrix = (name: string, rows: number, columns: number, deviation = 0.02): Gpt2Tensor => ({
    name: `${name}.weight`,
    shape: [rows, columns],
    mean: 0,
    deviation,
  });
  const bias = (name: string, length: number): Gpt2Tensor => ({
    name: `${name}.bias`,
    shape: [length],
    mean: 0,
    deviation: 0.01,
  });
  const norm = (name: string): Gpt2Tensor[] => [
    { name: `${name}.weight`, shape: [width], mean: 1, deviation: 0.05 },
    bias(name, width),
  ];
  // Projections back into the residual stream start smaller, by the number of residual layers.
  const projection = 0.02 / Math.sqrt(2 * layers);
  const blocks = Array.from({ length: layers }, (_, i): Gpt2Tensor[] => {
    const at = (name: string): string => `h.${i}.${name}`;
    return [
      ...norm(at("ln_1")),
      matrix(at("attn.c_attn"), width, 3 * width),
      bias(at("attn.c_attn"), 3 * width),
      matrix(at("attn.c_proj"), width, width, projection),
      bias(at("attn.c_proj"), width),
      ...norm(at("ln_2")),
      matrix(at("mlp.c_fc"), width, 4 * width),
      bias(at("mlp.c_fc"), 4 * width),
      matrix(at("mlp.c_proj"), 4 * width, width, projection),
      bias(at("mlp.c_proj"), width),
    ];
  });
  return [matrix("wte", vocabulary, width), matrix("wpe", context, width, 0.01), ...blocks.flat(), ...norm("ln_f")];
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
