import type { Columns } from "./columns.js";
import { multiplyPanel, multiplyPanelTransposed, type Numbers } from "./linear-map.js";

/** A part of a matrix, row-major, whose first entry is at `(row, col)`. */
export interface Block {
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
  readonly values: Numbers;
}

/** A matrix in memory as it is there: in blocks, without a copy. Entries in no block are zero, no two blocks overlap. */
export interface BlockMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly blocks: readonly Block[];
}

/** A row-major matrix as one block. */
export function wholeMatrix(rows: number, cols: number, values: Numbers): BlockMatrix {
  return { rows, cols, blocks: [{ row: 0, col: 0, rows, cols, values }] };
}

/** `M·X`: `X` of `cols` rows. */
export function multiplyBlocks({ rows: length, blocks }: BlockMatrix, { width, values }: Columns): Columns {
  const product = new Float64Array(length * width);
  for (const { row, col, rows, cols, values: entries } of blocks) {
    const from = values.subarray(col * width, (col + cols) * width);
    multiplyPanel(entries, rows, cols, from, width, product.subarray(row * width, (row + rows) * width));
  }
  return { length, width, values: product };
}

/** `Mᵀ·Y`: `Y` of `rows` rows. */
export function multiplyBlocksTransposed({ cols: length, blocks }: BlockMatrix, { width, values }: Columns): Columns {
  const product = new Float64Array(length * width);
  for (const { row, col, rows, cols, values: entries } of blocks) {
    const from = values.subarray(row * width, (row + rows) * width);
    multiplyPanelTransposed(entries, rows, cols, from, width, product.subarray(col * width, (col + cols) * width));
  }
  return { length, width, values: product };
}
