import { firstTileOf, gridRows, type Policy, type Rule, type TileRange } from "./rule.js";
import type { TileContent } from "../quantize/tile-contents.js";

/**
 * What a rule lets change, apart from how the protocol counts it. This file is the only one that turns a rule's integers
 * into the weights' own unit: whoever says how far a model may be starts here.
 */
export interface Allowance {
  /** Ascending, disjoint. */
  readonly spans: readonly TileRange[];
  /** Largest rank of the low-rank part, whose size nothing bounds; 0 for none. */
  readonly rank: number;
  /** The matrix that the rank is of. Ranks of other matrices do not add. `undefined` without a rank. */
  readonly matrix: string | undefined;
  /** How many single weights may change by any amount. */
  readonly sparse: bigint;
  /** Squared norm of the rest over all tiles together is at most `square · 4^-bits`, in the weights' own unit; exact. */
  readonly square: bigint;
  readonly bits: number;
  /** Largest change of any one weight in the rest, in the weights' own unit: what the range proof admits. */
  readonly largest: number;
  /** Every weight of its tiles may change by any amount: no other bound binds. */
  readonly isFree: boolean;
}

/** What a rule allows. `contents`: of all tiles of the manifest, which the policy fits (`assertPolicyFitsManifest`). */
export function allowanceOf(rule: Rule, contents: readonly TileContent[], t: number): Allowance {
  const spans = rule.ranges;
  const tiles = tilesOf(spans, contents);
  const weights = BigInt(weightsOf(tiles));
  // Entries of the rest lie below half the lookup range, 2^ell with ell = 2t (PROTOCOL 3).
  const range = 2 * t - 1;
  const coarsest = tiles.reduce((least, { fractionBits }) => Math.min(least, fractionBits), Infinity);
  // With the largest entry everywhere, each counting 4^c.
  const largestSquare = tiles.reduce(
    (sum, tile) => sum + (BigInt(tile.weights) << BigInt(2 * (range + rule.unit - rule.shift - tile.fractionBits))),
    0n,
  );
  return {
    spans,
    rank: rule.maxRank,
    matrix: rule.maxRank === 0 ? undefined : `${firstTileOf(rule)}/${gridRows(rule)}x${rule.gridCols}`,
    sparse: rule.maxNonzeros < weights ? rule.maxNonzeros : weights,
    square: rule.maxResidualSq,
    bits: rule.unit,
    largest: 2 ** (range - coarsest - rule.shift),
    isFree: rule.maxNonzeros >= weights || rule.maxResidualSq >= largestSquare,
  };
}

/** What the rules of a policy allow, in their order. */
export function allowancesOf(policy: Policy, contents: readonly TileContent[], t: number): Allowance[] {
  return policy.rules.map((rule) => allowanceOf(rule, contents, t));
}

/** The contents of the tiles of some spans. */
export function tilesOf(spans: readonly TileRange[], contents: readonly TileContent[]): readonly TileContent[] {
  return spans.flatMap(({ firstTile, tileCount }) => contents.slice(firstTile, firstTile + tileCount));
}

/** How many weights lie in some tiles. */
export function weightsOf(tiles: readonly TileContent[]): number {
  return tiles.reduce((sum, { weights }) => sum + weights, 0);
}

/** `√(square · 4^-bits)`, rounded up by less than one part in 2^40. */
export function normOf({ square, bits }: Pick<Allowance, "square" | "bits">): number {
  return Math.sqrt(Number(square)) * 2 ** -bits * (1 + 2 ** -45);
}
