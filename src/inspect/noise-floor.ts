import type { TensorReader } from "../model/tensor.js";
import { HOST_IS_LITTLE_ENDIAN } from "../model/element-bytes.js";
import { NOT_FINITE, type RoundingSteps } from "./rounding-steps.js";
import type { MatrixPlace } from "./tensor-pair.js";

const UPPER = HOST_IS_LITTLE_ENDIAN ? 1 : 0;
/** Weights that are read at once. */
const PANEL = 2 ** 18;
/**
 * Above the two terms by which the singular values of a random matrix with such a profile are bounded (Bandeira and van
 * Handel, Ann. Probab. 44, 2016): a merge rounds the product of the factors too, not only the sum.
 */
const SLACK = 2;
/** Standard deviations of the largest entry that it may have besides. */
const LARGEST_ENTRIES = 6;

/** What rounding the weights of a matrix to a format makes. */
export interface NoiseFloor {
  /** The largest singular value that it can have. */
  readonly largest: number;
  /** Expected L2 norm. */
  readonly norm: number;
}

/**
 * Rounding noise of a matrix entry by entry: each is uniform within half a step, where steps go by the size of that weight.
 * `sides` are the tensors whose weights were rounded; with both, their noises add. Weights of size `below` or more are left
 * out.
 */
export async function noiseFloor(
  matrix: MatrixPlace,
  sides: readonly (readonly [tensor: TensorReader, steps: RoundingSteps])[],
  below = Infinity,
): Promise<NoiseFloor> {
  const { rows, cols, start } = matrix;
  const ofColumns = new Float64Array(cols);
  const height = Math.max(1, Math.floor(PANEL / cols));
  let [widest, sum, most] = [0, 0, 0];
  for (let row = 0; row < rows; row += height) {
    const count = Math.min(height, rows - row);
    const ofRows = new Float64Array(count);
    for (const [tensor, { steps }] of sides) {
      const values = await tensor.readValues(start + row * cols, count * cols);
      const upper = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
      for (let r = 0, i = 0; r < count; r++) {
        let ofRow = 0;
        for (let c = 0; c < cols; c++, i++) {
          const exponent = ((upper[2 * i + UPPER] as number) >>> 20) & NOT_FINITE;
          if (Math.abs(values[i] as number) >= below) continue;
          const step = steps[exponent] as number;
          const variance = (step * step) / 12;
          ofRow += variance;
          ofColumns[c] = (ofColumns[c] as number) + variance;
          if (variance > most) most = variance;
        }
        ofRows[r] = (ofRows[r] as number) + ofRow;
      }
    }
    for (const ofRow of ofRows) {
      sum += ofRow;
      if (ofRow > widest) widest = ofRow;
    }
  }
  const tallest = ofColumns.reduce((largest, each) => Math.max(largest, each), 0);
  const largest = SLACK * (Math.sqrt(widest) + Math.sqrt(tallest)) + LARGEST_ENTRIES * Math.sqrt(most);
  return { largest, norm: Math.sqrt(sum) };
}
