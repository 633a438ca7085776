import type { Columns } from "../linalg/columns.js";
import type { BlockMatrix } from "../linalg/block-matrix.js";
import type { Numbers } from "../linalg/linear-map.js";
import type { MaskedEntries } from "../difference/masked-entries.js";

/** A product of real factors, `left·rightᵀ`: `left` has a row for each row of a matrix, `right` for each column. */
export interface FactorPair {
  readonly left: Columns;
  readonly right: Columns;
}

/** What a product of factors leaves of a matrix. */
export interface MaskedResidual {
  /** The `budget` entries that it fits worst, in row-major order. */
  readonly mask: MaskedEntries;
  /** `Σ` of the squares of what is left elsewhere. */
  readonly sumSquares: number;
  /** The largest magnitude elsewhere. */
  readonly largest: number;
}

/** Buckets of magnitudes: a binary32 without its sign and its 15 last bits. */
const DROPPED_BITS = 15;
const BUCKETS = 2 ** (31 - DROPPED_BITS);

/**
 * The largest entries of `M - left·rightᵀ`, which is never in memory: one pass counts magnitudes by buckets of 1/256 of
 * their size, a second takes those above the bucket in which the budget ends and sorts that one. Zeros are never taken.
 */
export function largestResiduals(matrix: BlockMatrix, factors: FactorPair, budget: number): MaskedResidual {
  const counts = new Float64Array(BUCKETS);
  const single = new Float32Array(1);
  const bits = new Uint32Array(single.buffer);
  const bucketOf = (size: number): number => {
    single[0] = size;
    return (bits[0] as number) >>> DROPPED_BITS;
  };
  let nonzeros = 0;
  if (budget > 0) {
    eachResidualRow(matrix, factors, (residual) => {
      for (let v = 0; v < residual.length; v++) {
        const size = Math.abs(residual[v] as number);
        if (size === 0) continue;
        nonzeros++;
        const bucket = bucketOf(size);
        counts[bucket] = (counts[bucket] as number) + 1;
      }
    });
  }
  const taken = Math.min(budget, nonzeros);
  let cut = BUCKETS;
  let above = 0;
  while (cut > 0 && above < taken) above += counts[--cut] as number;

  const chosen: Candidate[] = [];
  const tied: Candidate[] = [];
  let sumSquares = 0;
  let largest = 0;
  const { cols } = matrix;
  eachResidualRow(matrix, factors, (residual, row, firstCol, entries, from) => {
    for (let v = 0; v < residual.length; v++) {
      const size = Math.abs(residual[v] as number);
      const bucket = taken > 0 && size > 0 ? bucketOf(size) : -1;
      if (bucket < cut) {
        sumSquares += size * size;
        if (size > largest) largest = size;
      } else {
        const at = row * cols + firstCol + v;
        (bucket > cut ? chosen : tied).push({ at, size, value: entries[from + v] as number });
      }
    }
  });
  // Stable: of equal ones the first stay first.
  tied.sort((a, b) => b.size - a.size);
  const left = taken - chosen.length;
  for (const { size } of tied.slice(left)) sumSquares += size * size;
  largest = Math.max(largest, tied[left]?.size ?? 0);
  for (const entry of tied.slice(0, left)) chosen.push(entry);
  chosen.sort((a, b) => a.at - b.at);
  return {
    mask: {
      rows: Uint32Array.from(chosen, ({ at }) => Math.floor(at / cols)),
      cols: Uint32Array.from(chosen, ({ at }) => at % cols),
      values: Float64Array.from(chosen, ({ value }) => value),
    },
    sumSquares,
    largest,
  };
}

interface Candidate {
  readonly at: number;
  readonly size: number;
  readonly value: number;
}

/** Visits `M - left·rightᵀ` block by block, row by row; the array is written over. */
function eachResidualRow(
  { cols, blocks }: BlockMatrix,
  { left, right }: FactorPair,
  visit: (residual: Float64Array, row: number, firstCol: number, entries: Numbers, at: number) => void,
): void {
  const { width } = right;
  const byFactor = new Float64Array(width * cols);
  for (let col = 0; col < cols; col++) {
    for (let k = 0; k < width; k++) byFactor[k * cols + col] = right.values[col * width + k] as number;
  }
  for (const block of blocks) {
    const residual = new Float64Array(block.cols);
    for (let u = 0; u < block.rows; u++) {
      const at = u * block.cols;
      for (let v = 0; v < block.cols; v++) residual[v] = block.values[at + v] as number;
      for (let k = 0; k < width; k++) {
        const factor = left.values[(block.row + u) * width + k] as number;
        if (factor === 0) continue;
        for (let v = 0, from = k * cols + block.col; v < block.cols; v++, from++) {
          residual[v] = (residual[v] as number) - factor * (byFactor[from] as number);
        }
      }
      visit(residual, block.row + u, block.col, block.values, at);
    }
  }
}
