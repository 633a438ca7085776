import { largestEntries } from "../../src/factors/largest-entries.js";
import { rankResidual } from "../../src/difference/residual.js";
import type { Factors } from "../../src/factors/factors.js";
import type { FactorSearchInput, GridChange } from "../../src/factors/search-factors.js";
import { tileDifference } from "../../src/difference/tile-difference.js";
import { expectedNoise } from "../../src/quantize/rounding-noise.js";
import type { FixturePair } from "./fixture-pairs.js";

/** The change of one grid tensor of a pair, and the noise that is expected in it. */
export async function gridChange(
  { manifest, base, tuned, tier, models }: FixturePair,
  name: string,
): Promise<GridChange & { readonly noise: number }> {
  const tensor = manifest.tensors.find((each) => each.name === name);
  const reader = models.tuned.tensors.find((each) => each.name === name);
  if (tensor?.kind !== "grid" || reader === undefined || reader.kind === "string")
    throw new Error(`${name} is no grid`);
  const { firstTile, gridRows: rowPanels, gridCols: colPanels, fractionBits } = tensor;
  const deltas = [];
  for (let tile = firstTile; tile < firstTile + rowPanels * colPanels; tile++) {
    deltas.push(tileDifference(await base.readTile(tile), await tuned.readTile(tile)));
  }
  return { tier, rowPanels, colPanels, deltas, noise: await expectedNoise(reader, fractionBits) };
}

/** What factors leave of a change outside of the largest `maxNonzeros` entries, by definition. */
export interface Left {
  readonly sumSquares: number;
  readonly largest: number;
  /** Masked entries as `[tile, position]`. */
  readonly masked: readonly (readonly [tile: number, position: number])[];
}

export function leftBy(input: FactorSearchInput, { a, b }: Factors): Left {
  const { tier, rank, shift, colPanels, maxNonzeros } = input;
  const residuals = input.deltas.map(
    (delta, i) => rankResidual(tier.n, rank, shift, delta, a[Math.floor(i / colPanels)]!, b[i % colPanels]!).values,
  );
  const masks = largestEntries(
    residuals.map((values) => ({ values, exponent: 0 })),
    maxNonzeros,
    tier.tileSize / 2,
  );
  const masked = masks.flatMap((mask, tile) => Array.from(mask, (x) => [tile, x] as const));
  for (const [tile, x] of masked) residuals[tile]![x] = 0;
  let [sumSquares, largest] = [0, 0];
  for (const residual of residuals) {
    for (const value of residual) {
      sumSquares += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
  }
  return { sumSquares, largest, masked };
}

/** The first factor outside of the tier's range or with a wrong number of entries, in words. */
export function wrongFactor({ tier, rowPanels, colPanels, rank }: FactorSearchInput, { a, b }: Factors): string {
  const half = tier.tileSize / 2;
  if (a.length !== rowPanels || b.length !== colPanels) return `${a.length} and ${b.length} panels`;
  for (const panel of [...a, ...b]) {
    if (panel.length !== tier.n * rank) return `a panel of ${panel.length} entries`;
    const outside = panel.find((entry) => entry < -half || entry >= half);
    if (outside !== undefined) return `the entry ${outside}`;
  }
  return "none";
}
