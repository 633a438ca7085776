import type { ScaleBlocks } from "./scale-blocks.js";
import type { TensorReader } from "../tensor.js";

export interface ScaledCodes {
  /** What the tensor is called as a weight. */
  readonly name: string;
  readonly codes: TensorReader;
  readonly scale: TensorReader;
  /** Subtracted from the codes; one for all, or of the scales' shape. */
  readonly zeroPoint?: TensorReader | undefined;
  readonly blocks: ScaleBlocks;
  /** What stored scales are divided by: 127 for the largest weight of a row. */
  readonly divisor?: number;
}

/**
 * Weights that are stored as codes with scales, `(code - zero point)·scale`, as one tensor of floats. The product is that
 * of float64, exact for codes of 8 bits and scales of 24: it is rounded to no format.
 */
export function scaledTensor({ name, codes, scale, zeroPoint, blocks, divisor = 1 }: ScaledCodes): TensorReader {
  let parameters: Promise<readonly [scales: Float64Array, zeroPoints: Float64Array]> | undefined;
  const read = async (): Promise<readonly [Float64Array, Float64Array]> => {
    const scales = await scale.readValues(0, scale.elementCount);
    const zeros = await zeroPoint?.readValues(0, zeroPoint.elementCount);
    return [scales.map((each) => each / divisor), zeros ?? Float64Array.of(0)];
  };
  return {
    kind: "float",
    name,
    dtype: `${codes.dtype} × ${scale.dtype}`,
    shape: codes.shape,
    elementCount: codes.elementCount,
    file: codes.file,
    readValues: async (start, count) => {
      const [scales, zeros] = await (parameters ??= read());
      const values = (await codes.readValues(start, count)).slice();
      const place = placesOf(codes.shape, blocks, start);
      const onlyZero = zeros.length === 1;
      for (let i = 0; i < count; i++) {
        const at = place.next();
        values[i] = ((values[i] as number) - (zeros[onlyZero ? 0 : at] as number)) * (scales[at] as number);
      }
      return values;
    },
  };
}

/** The index of the scale of one element after the other, in row-major order from `start`. */
function placesOf(shape: readonly number[], { block, stride }: ScaleBlocks, start: number): { next(): number } {
  const rank = shape.length;
  const position = new Array<number>(rank).fill(0);
  let rest = start;
  for (let axis = rank - 1; axis >= 0; axis--) {
    position[axis] = rest % (shape[axis] as number);
    rest = Math.floor(rest / (shape[axis] as number));
  }
  const indexOf = (): number => {
    let index = 0;
    for (let axis = 0; axis < rank; axis++) {
      index += Math.floor((position[axis] as number) / (block[axis] as number)) * (stride[axis] as number);
    }
    return index;
  };
  let lead = indexOf();
  const last = rank - 1;
  return {
    next: () => {
      const index = lead;
      // Within a row only the last axis moves; the rest is computed anew a row.
      let axis = last;
      while (axis >= 0) {
        position[axis] = (position[axis] as number) + 1;
        if ((position[axis] as number) < (shape[axis] as number)) break;
        position[axis] = 0;
        axis--;
      }
      if (axis !== last || (position[last] as number) % (block[last] as number) === 0) lead = indexOf();
      return index;
    },
  };
}
