/** A matrix that is read by rows, so that it need not be in memory as a whole. */
export interface MatrixSource {
  readonly rows: number;
  readonly cols: number;
  /** `count` rows from `start`, row-major. The caller may write into the array. */
  readRows(start: number, count: number): Promise<Float64Array>;
}

/** A matrix in memory, row-major, `rows·cols` numbers. */
export function matrixInMemory(rows: number, cols: number, values: Float64Array): MatrixSource {
  if (values.length !== rows * cols) {
    throw new RangeError(`matrixInMemory: ${values.length} values for ${rows} × ${cols}`);
  }
  return {
    rows,
    cols,
    readRows: (start, count) => Promise.resolve(values.slice(start * cols, (start + count) * cols)),
  };
}
