import type { Rule, TileRange } from "./rule.js";
import { UNIT_BITS } from "../protocol/constants.js";

/** A tile and its fraction bits. */
export interface TileOfClass {
  readonly tile: number;
  readonly fractionBits: number;
}

/** How many bits apart the fraction bits of one rule's tiles may be. */
export const MAX_SPREAD = 2 ** UNIT_BITS - 1;

/** The unit in which one budget over the tiles is counted: the finest of theirs. */
export function unitOf(tiles: readonly TileOfClass[]): number {
  return tiles.reduce((finest, { fractionBits }) => Math.max(finest, fractionBits), -Infinity);
}

/** Tiles, which ascend, as ranges: cut where one is missing or `f` changes. */
export function rangesOfTiles(tiles: readonly TileOfClass[]): TileRange[] {
  const ranges: { firstTile: number; tileCount: number; fractionBits: number }[] = [];
  for (const { tile, fractionBits } of tiles) {
    const last = ranges.at(-1);
    if (last !== undefined && last.firstTile + last.tileCount === tile && last.fractionBits === fractionBits) {
      last.tileCount++;
    } else {
      ranges.push({ firstTile: tile, tileCount: 1, fractionBits });
    }
  }
  return ranges.map(({ firstTile, tileCount }) => ({ firstTile, tileCount }));
}

/** The parts of tiles that one rule's unit can serve: all of them, unless their fraction bits are over 31 apart. */
export function partsOfUnit<Tile extends TileOfClass>(tiles: readonly Tile[]): Tile[][] {
  const bits = [...new Set(tiles.map(({ fractionBits }) => fractionBits))].sort((a, b) => b - a);
  const parts: { readonly finest: number; readonly tiles: Tile[] }[] = [];
  for (const f of bits) {
    let part = parts.at(-1);
    if (part === undefined || part.finest - f > MAX_SPREAD) {
      part = { finest: f, tiles: [] };
      parts.push(part);
    }
    const { tiles: held } = part;
    held.push(...tiles.filter(({ fractionBits }) => fractionBits === f));
  }
  return parts.map((part) => part.tiles.sort((a, b) => a.tile - b.tile));
}

/** A rule without a rank bound over tiles, which ascend; the budget is in squared units of `2^-unitOf(tiles)`. */
export function spreadRule(tiles: readonly TileOfClass[], bounds: Pick<Rule, "maxNonzeros" | "maxResidualSq">): Rule {
  return { ranges: rangesOfTiles(tiles), unit: unitOf(tiles), gridCols: 0, maxRank: 0, shift: 0, ...bounds };
}
