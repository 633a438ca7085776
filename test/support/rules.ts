import type { Rule } from "../../src/policy/rule.js";

type Bounds = Partial<Pick<Rule, "maxNonzeros" | "maxResidualSq" | "unit">>;

/** A rule without a rank bound over one range of tiles, in units of `2^-unit`; it allows nothing unless it says so. */
export function flatRule(firstTile: number, tileCount: number, bounds: Bounds = {}): Rule {
  return {
    ranges: [{ firstTile, tileCount }],
    unit: 0,
    gridCols: 0,
    maxRank: 0,
    shift: 0,
    maxNonzeros: 0n,
    maxResidualSq: 0n,
    ...bounds,
  };
}
