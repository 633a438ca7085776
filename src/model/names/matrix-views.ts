import { assertElementRange, elementCountOf, type TensorReader } from "../tensor.js";

/** Rows of a strided view that are read together: at most so many elements, 8 MB. */
const MAX_BAND = 1 << 20;

/** The same tensor under another name. */
export function renamed<T extends { readonly name: string }>(tensor: T, name: string): T {
  return { ...tensor, name };
}

/** Elements of `of` in a row from element `start` on, seen as `shape`. */
export function sliceOf(of: TensorReader, name: string, shape: readonly number[], start: number): TensorReader {
  const elementCount = elementCountOf(shape);
  return {
    ...of,
    name,
    shape,
    elementCount,
    readValues: (from, count) => {
      assertElementRange(name, elementCount, from, count);
      return of.readValues(start + from, count);
    },
  };
}

/** Which elements of a tensor are entry `(0, 0)`, how far apart rows are, and whether columns lie in a row or rows do. */
export interface MatrixPlace {
  readonly start: number;
  readonly rows: number;
  readonly cols: number;
  /** Elements from one stored row to the next. */
  readonly stride: number;
  /** Whether the stored rows are the view's columns. */
  readonly isTransposed: boolean;
}

/** A matrix inside of a tensor, `[rows, cols]`. Keeps one band of rows in memory: at most 2^20 elements, or one row. */
export function matrixIn(of: TensorReader, name: string, place: MatrixPlace): TensorReader {
  const { start, rows, cols, stride, isTransposed } = place;
  if (!isTransposed && stride === cols) return sliceOf(of, name, [rows, cols], start);
  const bandRows = Math.max(1, Math.min(rows, Math.floor(MAX_BAND / Math.max(1, cols))));
  const readBand = async (first: number): Promise<Float64Array> => {
    const height = Math.min(bandRows, rows - first);
    const band = new Float64Array(height * cols);
    if (isTransposed) {
      for (let col = 0; col < cols; col++) {
        const column = await of.readValues(start + col * stride + first, height);
        for (let row = 0; row < height; row++) band[row * cols + col] = column[row] as number;
      }
    } else {
      for (let row = 0; row < height; row++) {
        band.set(await of.readValues(start + (first + row) * stride, cols), row * cols);
      }
    }
    return band;
  };
  let kept: { readonly first: number; readonly band: Promise<Float64Array> } | undefined;
  return {
    ...of,
    name,
    shape: [rows, cols],
    elementCount: rows * cols,
    readValues: async (from, count) => {
      assertElementRange(name, rows * cols, from, count);
      const values = new Float64Array(count);
      for (let done = 0; done < count;) {
        const row = Math.floor((from + done) / cols);
        const first = row - (row % bandRows);
        if (kept?.first !== first) kept = { first, band: readBand(first) };
        const band = await kept.band;
        const at = from + done - first * cols;
        const part = band.subarray(at, Math.min(band.length, at + count - done));
        values.set(part, done);
        done += part.length;
      }
      return values;
    },
  };
}

/** Tensors one after the other, seen as `shape`: along the first axis, if they are parts of one size. */
export function stackOf(parts: readonly TensorReader[], name: string, shape: readonly number[]): TensorReader {
  const [first] = parts;
  const elementCount = elementCountOf(shape);
  if (first === undefined || parts.reduce((sum, part) => sum + part.elementCount, 0) !== elementCount) {
    throw new RangeError(`stackOf: the parts of ${name} do not make ${JSON.stringify(shape)}`);
  }
  return {
    ...first,
    name,
    shape,
    elementCount,
    readValues: async (from, count) => {
      assertElementRange(name, elementCount, from, count);
      const values = new Float64Array(count);
      let offset = 0;
      for (const part of parts) {
        const start = Math.max(from, offset);
        const end = Math.min(from + count, offset + part.elementCount);
        if (start < end) values.set(await part.readValues(start - offset, end - start), start - from);
        offset += part.elementCount;
      }
      return values;
    },
  };
}

/** Matrices of equal height side by side. */
export function besideOf(parts: readonly TensorReader[], name: string): TensorReader {
  const [first] = parts;
  if (first === undefined) throw new RangeError(`besideOf: nothing makes ${name}`);
  if (parts.length === 1) return renamed(first, name);
  const rows = first.shape[0] ?? 0;
  const widths = parts.map(({ shape }) => shape[1] ?? 0);
  const cols = widths.reduce((sum, width) => sum + width, 0);
  const readRows = async (row: number, count: number): Promise<Float64Array> => {
    const values = new Float64Array(count * cols);
    let left = 0;
    for (const [i, part] of parts.entries()) {
      const width = widths[i] ?? 0;
      const block = await part.readValues(row * width, count * width);
      for (let r = 0; r < count; r++) values.set(block.subarray(r * width, (r + 1) * width), r * cols + left);
      left += width;
    }
    return values;
  };
  return {
    ...first,
    name,
    shape: [rows, cols],
    elementCount: rows * cols,
    readValues: async (from, count) => {
      assertElementRange(name, rows * cols, from, count);
      if (count === 0) return new Float64Array(0);
      const row = Math.floor(from / cols);
      const end = Math.ceil((from + count) / cols);
      const values = await readRows(row, end - row);
      return values.subarray(from - row * cols, from - row * cols + count);
    },
  };
}
