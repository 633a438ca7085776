import type { IntVector } from "../kernels/backend.js";
import type { Tier } from "../protocol/tiers.js";
import type { TileContent } from "../quantize/tile-contents.js";
import type { TileRange } from "../quantize/tile-map.js";
import { MagnitudeCounts } from "./measure-magnitudes.js";
import type { DifferenceReader } from "./measure-model.js";
import { measureTile } from "./measure-tile.js";

/** What changed in the tiles of a grid tensor or of a packed group. */
export interface MeasuredPiece {
  readonly range: TileRange;
  /** Tiles that changed, ascending. */
  readonly changedTiles: readonly number[];
  /** Tensors that changed. */
  readonly tensors: readonly string[];
  /** How many others share their tiles. */
  readonly others: number;
  /** Weights of the tiles from the first to the last that changed. */
  readonly weights: number;
  readonly counts: MagnitudeCounts;
  /** `Σ q²` of the base's weights in the changed tiles, in squared units of `2^-f`; for reading. */
  readonly baseSquares: number;
  /** `Δ` of all tiles, where a rank rule could cover them. */
  readonly deltas: readonly IntVector[] | undefined;
}

/** A change that a rule is looked for. */
export interface ClassifyInput {
  readonly piece: MeasuredPiece;
  readonly tier: Tier;
  readonly maxRank: number;
  /** Expected `Σ` of squared rounding errors in the changed tiles, in squared units of `2^-f`. */
  readonly noise: number;
  /** Whether the dtypes of both files explain the change of all its tensors. */
  readonly isRounding: boolean;
}

/** Whether a segment of the tier holds a rank rule over a range. */
export function canHaveRank(range: TileRange, tier: Tier): boolean {
  const { gridCols, tileCount } = range;
  return gridCols > 0 && tileCount <= tier.slots && gridCols <= tier.panels && tileCount / gridCols <= tier.panels;
}

/** Reads the tiles of a range; `undefined` if none changed. */
export async function measurePiece(
  range: TileRange,
  reader: DifferenceReader,
  tier: Tier,
  contents: readonly TileContent[],
): Promise<MeasuredPiece | undefined> {
  const counts = new MagnitudeCounts(tier.tileSize / 2);
  const deltas: IntVector[] | undefined = canHaveRank(range, tier) ? [] : undefined;
  const changedTiles: number[] = [];
  const changed = new Set<string>();
  let baseSquares = 0;
  for (let tile = range.firstTile; tile < range.firstTile + range.tileCount; tile++) {
    const delta = await reader.read(tile);
    deltas?.push(delta.slice());
    const changes = measureTile(range, tile, delta);
    if (changes.length === 0) continue;
    counts.add(delta);
    changedTiles.push(tile);
    for (const { tensor } of changes) changed.add(tensor);
    for (const weight of reader.base) baseSquares += weight * weight;
  }
  const [first, last] = [changedTiles[0], changedTiles.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const covered = contents.slice(first, last + 1);
  return {
    range,
    changedTiles,
    tensors: [...changed],
    others: new Set(covered.flatMap(({ tensors }) => tensors)).size - changed.size,
    weights: covered.reduce((sum, { weights }) => sum + weights, 0),
    counts,
    baseSquares,
    deltas,
  };
}
