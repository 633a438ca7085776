import { firstTileOf, tilesOf } from "../drift/rule.js";
import type { Tier } from "../protocol/tiers.js";
import type { TileContent } from "../quantize/tile-contents.js";
import { MAX_SPREAD, spreadRule, unitOf } from "./spread-rule.js";
import type { SuggestedRule } from "./suggest-report.js";

/**
 * Joins rules of one kind where there are more rules than a segment has places. A joined rule is one budget for all its
 * tiles, whatever their fraction bits: the sum of theirs in the finest unit. Rank rules stay: each is about one tensor.
 */
export function mergeRules(
  rules: readonly SuggestedRule[],
  tier: Tier,
  contents: readonly TileContent[],
): SuggestedRule[] {
  if (rules.length <= tier.maxRules) return [...rules];
  const merged: SuggestedRule[] = [];
  for (const next of rules) {
    const at = merged.findIndex((one) => canJoin(one, next));
    const one = merged[at];
    if (one === undefined) merged.push(next);
    else merged[at] = join(one, next, contents);
  }
  return merged.sort((a, b) => firstTileOf(a.rule) - firstTileOf(b.rule));
}

function canJoin(one: SuggestedRule, next: SuggestedRule): boolean {
  return (
    one.kind === next.kind &&
    one.rule.maxRank === 0 &&
    // A mask costs a commitment for every tile of its rule, and lets change at will what was bounded.
    one.rule.maxNonzeros > 0n === next.rule.maxNonzeros > 0n &&
    Math.abs(one.rule.unit - next.rule.unit) <= MAX_SPREAD / 2
  );
}

function join(one: SuggestedRule, next: SuggestedRule, contents: readonly TileContent[]): SuggestedRule {
  const covered = new Set([...tilesOf(one.rule), ...tilesOf(next.rule)]);
  const tiles = contents.filter(({ tile }) => covered.has(tile));
  const unit = unitOf(tiles);
  const inUnit = ({ rule }: SuggestedRule): bigint => rule.maxResidualSq << BigInt(2 * (unit - rule.unit));
  return {
    kind: one.kind,
    rule: spreadRule(tiles, {
      maxNonzeros: one.rule.maxNonzeros + next.rule.maxNonzeros,
      maxResidualSq: inUnit(one) + inUnit(next),
    }),
    tensors: [...new Set([...one.tensors, ...next.tensors])],
    reason: `${one.reason}; ${next.reason}`,
  };
}
