import type { Manifest } from "../quantize/manifest.js";
import { weightAt } from "../quantize/tile-map.js";
import type { WeightChange } from "./check-report.js";

/** Names an entry of a tile, `units` of `2^-(f + shift)`. */
export function nameEntry(manifest: Manifest, tile: number, x: number, units: bigint, shift: number): WeightChange {
  const weight = weightAt(manifest, tile, x);
  const { tensor, index, fractionBits } = weight ?? { tensor: "padding", index: x, fractionBits: 0 };
  return { tensor, index, units, value: Number(units) * 2 ** -(fractionBits + shift) };
}
