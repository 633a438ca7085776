import { fitRealFactors } from "../drift/real-factors.js";
import type { Dense } from "../linalg/dense.js";

/** Sides of a sample. */
const SIDE = 256;
/** A sample may hold more than its share of single weights. */
const MASK_FACTOR = 2;

/**
 * The norm that the leading part of a rank leaves of a sample of evenly spaced rows and columns, outside of twice its share of
 * `nonzeros`, scaled to the whole matrix. A part of low rank plus few single weights is that in every sample too, so
 * what leaves much here leaves much of the whole, at a fraction of the work. Undefined for a matrix that is no larger.
 */
export function leftOfSample(change: Dense, rank: number, nonzeros: bigint): number | undefined {
  const sample = sampleOf(change);
  if (sample === undefined) return undefined;
  const { rows, cols } = sample;
  const share = (rows * cols) / (change.rows * change.cols);
  const mask = BigInt(Math.ceil(MASK_FACTOR * share * Number(nonzeros)));
  const { a, b, change: fitted } = fitRealFactors(sample, rank, mask);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      let left = fitted.values[row * cols + col] as number;
      for (let k = 0; k < rank; k++) left -= (a[row * rank + k] as number) * (b[col * rank + k] as number);
      sum += left * left;
    }
  }
  return Math.sqrt(sum / share);
}

function sampleOf({ rows, cols, values }: Dense): Dense | undefined {
  if (rows <= SIDE && cols <= SIDE) return undefined;
  const [height, width] = [Math.min(rows, SIDE), Math.min(cols, SIDE)];
  const sample = new Float64Array(height * width);
  for (let u = 0; u < height; u++) {
    const row = Math.floor((u * rows) / height);
    for (let v = 0; v < width; v++)
      sample[u * width + v] = values[row * cols + Math.floor((v * cols) / width)] as number;
  }
  return { rows: height, cols: width, values: sample };
}
