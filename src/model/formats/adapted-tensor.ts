import type { AdaptedTensor } from "./lora-module.js";
import type { TensorReader } from "../tensor.js";

/** Rows that are read at a time to take norms. */
const CHUNK_VALUES = 1 << 18;

/**
 * `W0 + scale·B·A`, the sum over the rank in order and in float64, then added. Under DoRA the weights of each output are then
 * scaled to the norm that the adapter has for it: `W = m · (W0 + scale·B·A) / ‖W0 + scale·B·A‖`, norms over all inputs. The result is
 * rounded to no float format. Source: huggingface/peft, src/peft/tuners/lora/layer.py (`merge`) and variants.py (DoRA).
 */
export function adaptedTensor(under: TensorReader, module: AdaptedTensor): TensorReader {
  const { rank, scale, a, b, inSize, outSize, isTransposed, magnitude } = module;
  const columns = isTransposed ? outSize : inSize;
  const added = async (start: number, count: number): Promise<Float64Array> => {
    const values = (await under.readValues(start, count)).slice();
    for (let i = 0; i < count; i++) {
      const row = Math.floor((start + i) / columns);
      const column = start + i - row * columns;
      const [out, input] = isTransposed ? [column, row] : [row, column];
      let product = 0;
      for (let k = 0; k < rank; k++) {
        product += (b[out * rank + k] as number) * (a[k * inSize + input] as number);
      }
      values[i] = (values[i] as number) + scale * product;
    }
    return values;
  };
  const outputOf = (at: number): number => (isTransposed ? at % columns : Math.floor(at / columns));
  let factors: Promise<Float64Array> | undefined;
  return {
    ...under,
    kind: "float",
    // The sum is rounded to no format of the base: what is expected of rounding noise depends on it.
    dtype: "F64",
    readValues: async (start, count) => {
      const values = await added(start, count);
      if (magnitude === undefined) return values;
      factors ??= toNorms(magnitude, under.elementCount, outputOf, added);
      const byOutput = await factors;
      for (let i = 0; i < count; i++) {
        values[i] = (values[i] as number) * (byOutput[outputOf(start + i)] as number);
      }
      return values;
    },
  };
}

/** What the weights of each output are multiplied by to have the norms of `magnitude`. */
async function toNorms(
  magnitude: Float64Array,
  elementCount: number,
  outputOf: (at: number) => number,
  read: (start: number, count: number) => Promise<Float64Array>,
): Promise<Float64Array> {
  const squares = new Float64Array(magnitude.length);
  for (let start = 0; start < elementCount; start += CHUNK_VALUES) {
    const values = await read(start, Math.min(CHUNK_VALUES, elementCount - start));
    values.forEach((value, i) => {
      const output = outputOf(start + i);
      squares[output] = (squares[output] as number) + value * value;
    });
  }
  return magnitude.map((norm, output) => norm / Math.sqrt(squares[output] as number));
}

/** A bias to which an adapter adds `scale` times its own. */
export function adaptedBias(under: TensorReader, scale: number, bias: Float64Array): TensorReader {
  return {
    ...under,
    kind: "float",
    dtype: "F64",
    readValues: async (start, count) =>
      (await under.readValues(start, count)).map((value, i) => value + scale * (bias[start + i] as number)),
  };
}
