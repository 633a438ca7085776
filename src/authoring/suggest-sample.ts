import { fitRealFactors } from "../factors/real-factors.js";
import { wholeMatrix, type BlockMatrix } from "../linalg/block-matrix.js";

/** Sides of a sample. */
const SIDE = 256;
/** A sample may hold more than its share of single weights. */
const MASK_FACTOR = 2;

/**
 * The norm that the leading part of a rank leaves of a sample of evenly spaced rows and columns, outside of twice its share of
 * `nonzeros`, scaled to the whole matrix. A part of low rank plus few single weights is that in every sample too, so
 * what leaves much here leaves much of the whole, at a fraction of the work. Undefined for a matrix that is no larger.
 */
export function leftOfSample(change: BlockMatrix, rank: number, nonzeros: bigint): number | undefined {
  const used = usedSides(change);
  if (used.rows <= SIDE && used.cols <= SIDE) return undefined;
  const sample = sampleOf(change, used);
  const share = (sample.rows * sample.cols) / (used.rows * used.cols);
  const mask = BigInt(Math.ceil(MASK_FACTOR * share * Number(nonzeros)));
  return Math.sqrt(fitRealFactors(sample, rank, mask).sumSquares / share);
}

interface Sides {
  readonly rows: number;
  readonly cols: number;
}

/** The sides without the zeros at the bottom and at the right. */
function usedSides({ blocks }: BlockMatrix): Sides {
  let [rows, cols] = [0, 0];
  for (const block of blocks) {
    for (let u = 0; u < block.rows; u++) {
      for (let v = 0; v < block.cols; v++) {
        if (block.values[u * block.cols + v] === 0) continue;
        rows = Math.max(rows, block.row + u + 1);
        cols = Math.max(cols, block.col + v + 1);
      }
    }
  }
  return { rows, cols };
}

function sampleOf({ blocks }: BlockMatrix, used: Sides): BlockMatrix {
  const [height, width] = [Math.min(used.rows, SIDE), Math.min(used.cols, SIDE)];
  const sample = new Float64Array(height * width);
  for (const block of blocks) {
    for (let u = 0; u < height; u++) {
      const row = Math.floor((u * used.rows) / height) - block.row;
      if (row < 0 || row >= block.rows) continue;
      for (let v = 0; v < width; v++) {
        const col = Math.floor((v * used.cols) / width) - block.col;
        if (col >= 0 && col < block.cols) sample[u * width + v] = block.values[row * block.cols + col] as number;
      }
    }
  }
  return wholeMatrix(height, width, sample);
}
