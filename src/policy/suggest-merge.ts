import type { Rule } from "../drift/rule.js";
import type { Tier } from "../protocol/tiers.js";
import type { SuggestedRule } from "./suggest-report.js";

/**
 * Joins neighbouring rules of one kind where there are more rules than a segment has places. A joined rule is one
 * budget for all its tiles: the sum of theirs. Rank rules stay: each is about one tensor.
 *
 * Rules ascend by tile; `fractionBitsOf` a tile: the tiles of a rule share one `f`.
 */
export function mergeRules(
  rules: readonly SuggestedRule[],
  tier: Tier,
  fractionBitsOf: (tile: number) => number,
): SuggestedRule[] {
  if (rules.length <= tier.maxRules) return [...rules];
  const merged: SuggestedRule[] = [];
  for (const next of rules) {
    const last = merged.at(-1);
    if (last !== undefined && canJoin(last, next, tier, fractionBitsOf)) merged[merged.length - 1] = join(last, next);
    else merged.push(next);
  }
  return merged;
}

function canJoin(
  one: SuggestedRule,
  next: SuggestedRule,
  tier: Tier,
  fractionBitsOf: (tile: number) => number,
): boolean {
  return (
    one.kind === next.kind &&
    one.rule.maxRank === 0 &&
    // A mask costs a commitment for every tile of its rule, and lets change at will what was bounded.
    one.rule.maxNonzeros > 0n === next.rule.maxNonzeros > 0n &&
    one.rule.firstTile + one.rule.tileCount === next.rule.firstTile &&
    one.rule.tileCount + next.rule.tileCount <= tier.slots &&
    fractionBitsOf(one.rule.firstTile) === fractionBitsOf(next.rule.firstTile)
  );
}

function join(one: SuggestedRule, next: SuggestedRule): SuggestedRule {
  return {
    kind: one.kind,
    rule: {
      ...one.rule,
      tileCount: one.rule.tileCount + next.rule.tileCount,
      maxNonzeros: one.rule.maxNonzeros + next.rule.maxNonzeros,
      maxResidualSq: one.rule.maxResidualSq + next.rule.maxResidualSq,
    },
    tensors: [...new Set([...one.tensors, ...next.tensors])],
    reason: `${one.reason}; ${next.reason}`,
  };
}

/** A rule with room above what was measured: `percent` of the norm, and of the number of single weights. */
export function widen(rule: Rule, percent: number): Rule {
  const whole = BigInt(Math.round(percent * 1000));
  const [part, all] = [100_000n + whole, 100_000n];
  return {
    ...rule,
    maxNonzeros: (rule.maxNonzeros * part) / all,
    maxResidualSq: (rule.maxResidualSq * part * part) / (all * all),
  };
}
