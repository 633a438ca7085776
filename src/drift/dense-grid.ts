import type { IntVector } from "../kernels/backend.js";

/** A grid of `n × n` tiles, row panels first, as one row-major matrix. */
export function denseGrid(n: number, colPanels: number, tiles: readonly IntVector[]): Float64Array {
  const cols = colPanels * n;
  const dense = new Float64Array(n * n * tiles.length);
  tiles.forEach((entries, tile) => {
    const corner = Math.floor(tile / colPanels) * n * cols + (tile % colPanels) * n;
    for (let u = 0; u < n; u++) {
      for (let x = 0; x < n; x++) dense[corner + u * cols + x] = entries[u * n + x] as number;
    }
  });
  return dense;
}
