/**
 * Tiers: the shapes for which a circuit is compiled (PROTOCOL 4).
 *
 * A tile is `n × n` with `n = 2^t`, so it has `2^ell` entries, `ell = 2t`. A segment has `2^mu` leaf
 * slots; the last three hold the factor polynomials A and B and the lookup table, which leaves
 * `slots = 2^mu - 3` for changed tiles.
 */
export const TIER_NAMES = ["nano", "small", "medium", "large"] as const;
export type TierName = (typeof TIER_NAMES)[number];

export interface Tier {
  readonly name: TierName;
  /** Number of the tier in `D1` and in the registry. */
  readonly id: number;
  /** log2 of the tile's side. */
  readonly t: number;
  /** Tile side `n = 2^t`. */
  readonly n: number;
  /** Variables of a tile's multilinear extension, `2t`. */
  readonly ell: number;
  /** Entries of a tile, `2^ell`. */
  readonly tileSize: number;
  /** log2 of the number of leaf slots. */
  readonly mu: number;
  /** Changed tiles that a segment can hold, `2^mu - 3`. */
  readonly slots: number;
  /** Variables of the range argument's leaf layer, `mu + ell`; always even. */
  readonly leafVars: number;
  /** Rule places of a segment; rank rules come first. */
  readonly maxRules: number;
  /** How many of the first rule places may hold a rank rule. */
  readonly maxRankRules: number;
  /** Factor slots per panel: the largest rank of a rule. A power of two. */
  readonly maxRank: number;
  /** Panels that fit into a factor polynomial, `n / maxRank`. */
  readonly panels: number;
}

function defineTier(
  name: TierName,
  id: number,
  t: number,
  mu: number,
  maxRules: number,
  maxRankRules: number,
  maxRank: number,
): Tier {
  const n = 2 ** t;
  const ell = 2 * t;
  return {
    name,
    id,
    t,
    n,
    ell,
    tileSize: n * n,
    mu,
    slots: 2 ** mu - 3,
    leafVars: mu + ell,
    maxRules,
    maxRankRules,
    maxRank,
    panels: n / maxRank,
  };
}

export const TIERS: Readonly<Record<TierName, Tier>> = {
  nano: defineTier("nano", 1, 4, 4, 4, 2, 2),
  small: defineTier("small", 2, 7, 4, 4, 2, 4),
  medium: defineTier("medium", 3, 8, 6, 8, 4, 8),
  large: defineTier("large", 4, 10, 8, 32, 24, 16),
};

/** The tier with that number, or `undefined`. */
export function tierById(id: number): Tier | undefined {
  return Object.values(TIERS).find((tier) => tier.id === id);
}
