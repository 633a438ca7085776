/** Adapters are of low rank: at most this, and at most a quarter of the smaller side. */
const MOST_ADAPTER_RANK = 64;

/** The largest rank of a matrix that an adapter may have made. */
export function adapterRankLimit(rows: number, cols: number): number {
  return Math.min(MOST_ADAPTER_RANK, Math.floor(Math.min(rows, cols) / 4));
}
