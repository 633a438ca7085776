import type { IntVector } from "../kernels/backend.js";
import type { Dense } from "../linalg/dense.js";

/** A grid of `n × n` tiles, row panels first, without the zeros at the right and bottom. */
export function denseGrid(n: number, colPanels: number, tiles: readonly IntVector[]): Dense {
  let [rows, cols] = [1, 1];
  const at = (tile: number): readonly [row: number, col: number] => [
    Math.floor(tile / colPanels) * n,
    (tile % colPanels) * n,
  ];
  tiles.forEach((entries, tile) => {
    const [row, col] = at(tile);
    for (let x = 0; x < entries.length; x++) {
      if (entries[x] === 0) continue;
      rows = Math.max(rows, row + Math.floor(x / n) + 1);
      cols = Math.max(cols, col + (x % n) + 1);
    }
  });
  const values = new Float64Array(rows * cols);
  tiles.forEach((entries, tile) => {
    const [row, col] = at(tile);
    const width = Math.min(n, cols - col);
    for (let u = 0; u < Math.min(n, rows - row); u++) {
      for (let v = 0; v < width; v++) values[(row + u) * cols + col + v] = entries[u * n + v] as number;
    }
  });
  return { rows, cols, values };
}
