/** A row-major matrix in memory. */
export interface Dense {
  readonly rows: number;
  readonly cols: number;
  readonly values: Float64Array;
}
