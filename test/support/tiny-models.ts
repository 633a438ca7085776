import { encodeSafetensors } from "./encode-safetensors.js";
import { seededRandom } from "./random.js";

/** Tensors of a model of five nano tiles: two grids, and biases that share a packed tile. */
const SHAPES: readonly (readonly [name: string, shape: readonly number[]])[] = [
  ["dense.bias", [10]],
  ["dense.weight", [32, 16]],
  ["head.bias", [7]],
  ["head.weight", [16, 20]],
];

export const TINY_WEIGHTS = 10 + 512 + 7 + 320;

/** A safetensors file of weights in ±1, the same for a seed; `drift` is added to weights of tensors it applies to. */
export function tinyModel(seed: number, drift: (name: string, index: number) => number = () => 0): Uint8Array {
  const random = seededRandom(seed);
  return encodeSafetensors(
    SHAPES.map(([name, shape]) => {
      const count = shape.reduce((product, side) => product * side, 1);
      const values = Array.from({ length: count }, (_, i) => Math.fround(random() * 2 - 1) + drift(name, i));
      return { name, shape, values, dtype: "F64" };
    }),
  );
}
