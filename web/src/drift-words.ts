import type { Manifest } from "fine-tuning-integrity";
import { type DriftInterval, listNames, type TileContent, tileContents } from "fine-tuning-integrity/registry";
import { counted } from "./words.js";

/**
 * How far tiles can be from an ancestor's, one sentence each. Without the manifest they speak of tiles.
 * Numbers are rounded for reading.
 */
export function driftWords(intervals: readonly DriftInterval[], manifest: Manifest | undefined): string[] {
  const tiles = manifest === undefined ? [] : tileContents(manifest);
  return [...intervals.map((each) => intervalWords(each, tiles)), "All other tiles are the ancestor's."];
}

function intervalWords(interval: DriftInterval, tiles: readonly TileContent[]): string {
  const { firstTile, tileCount, maxRank, maxNonzeros } = interval;
  const covered = tiles.slice(firstTile, firstTile + tileCount);
  const where = tileCount === 1 ? `Tile ${firstTile}` : `Tiles ${firstTile} to ${firstTile + tileCount - 1}`;
  const weights = covered.reduce((sum, tile) => sum + tile.weights, 0);
  const names = listNames([...new Set(covered.flatMap(({ tensors }) => tensors))], 3);
  const subject = covered.length === 0 ? where : `${where} (${counted(weights, "weight")} of ${names})`;
  if (maxRank === undefined) {
    return `${subject} may differ without a bound: the certificates bound ranks of different matrices, which do not add.`;
  }
  if (covered.length > 0 && maxNonzeros >= BigInt(weights)) return `${subject} may differ in any way at all.`;
  const parts = [
    ...(maxRank === 0 ? [] : [`a change of rank at most ${maxRank}`]),
    ...(maxNonzeros === 0n ? [] : [`any change of at most ${counted(Number(maxNonzeros), "single weight")}`]),
  ];
  if (interval.maxNorm !== 0n || parts.length === 0) {
    const together = tileCount === 1 ? "" : " over all of them together";
    parts.push(`${maxRank > 0 ? "a residual" : "a change"} of ${normWords(interval)}${together}`);
  }
  return `${subject} may differ by ${parts.join(", plus ")}.`;
}

/** The registry counts in units of `2^-unit`, of the weights themselves. */
function normWords({ maxNorm, unit }: DriftInterval): string {
  return maxNorm === undefined ? "any L2 norm" : `L2 norm at most ${short(Number(maxNorm) * 2 ** -unit)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
