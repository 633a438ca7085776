import type { Columns } from "./columns.js";
import type { MatrixSource } from "./matrix-source.js";

/** A matrix as what it does to columns. */
export interface LinearMap {
  readonly rows: number;
  readonly cols: number;
  /** `M·X`: `X` of `cols` rows. */
  apply(x: Columns): Promise<Columns>;
  /** `Mᵀ·Y`: `Y` of `rows` rows. */
  applyTransposed(y: Columns): Promise<Columns>;
}

/** Numbers of a matrix that are read at once: 8 MB. */
const PANEL_NUMBERS = 2 ** 20;

/** A matrix that is read once, by row panels, for each product. */
export function mapOfSource(source: MatrixSource): LinearMap {
  const { rows, cols } = source;
  const height = Math.max(1, Math.floor(PANEL_NUMBERS / Math.max(1, cols)));
  const eachPanel = async (visit: (panel: Float64Array, start: number, count: number) => void): Promise<void> => {
    for (let start = 0; start < rows; start += height) {
      const count = Math.min(height, rows - start);
      visit(await source.readRows(start, count), start, count);
    }
  };
  return {
    rows,
    cols,
    apply: async ({ width, values }) => {
      const product = new Float64Array(rows * width);
      await eachPanel((panel, start, count) => {
        multiplyPanel(panel, count, cols, values, width, product.subarray(start * width, (start + count) * width));
      });
      return { length: rows, width, values: product };
    },
    applyTransposed: async ({ width, values }) => {
      const product = new Float64Array(cols * width);
      await eachPanel((panel, start, count) => {
        const part = values.subarray(start * width, (start + count) * width);
        multiplyPanelTransposed(panel, count, cols, part, width, product);
      });
      return { length: cols, width, values: product };
    },
  };
}

/** Numbers of a matrix as any array. */
export type Numbers = Float64Array | Int32Array;

/** `out += panel·x`: `count × cols` times `cols × width`. */
export function multiplyPanel(
  panel: Numbers,
  count: number,
  cols: number,
  x: Float64Array,
  width: number,
  out: Float64Array,
): void {
  const sums = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    sums.fill(0);
    for (let col = 0, at = row * cols, from = 0; col < cols; col++, at++, from += width) {
      const entry = panel[at] as number;
      if (entry === 0) continue;
      for (let k = 0; k < width; k++) sums[k] = (sums[k] as number) + entry * (x[from + k] as number);
    }
    for (let k = 0, at = row * width; k < width; k++, at++) out[at] = (out[at] as number) + (sums[k] as number);
  }
}

/** `out += panelᵀ·y`: `cols × count` times `count × width`. */
export function multiplyPanelTransposed(
  panel: Numbers,
  count: number,
  cols: number,
  y: Float64Array,
  width: number,
  out: Float64Array,
): void {
  for (let row = 0; row < count; row++) {
    const from = row * width;
    for (let col = 0, at = row * cols, to = 0; col < cols; col++, at++, to += width) {
      const entry = panel[at] as number;
      if (entry === 0) continue;
      for (let k = 0; k < width; k++) out[to + k] = (out[to + k] as number) + entry * (y[from + k] as number);
    }
  }
}
