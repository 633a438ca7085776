import { firstTileOf, tilesOf } from "../policy/rule.js";
import { compareNames } from "../model/tensor.js";
import type { Tier } from "../protocol/tiers.js";
import type { TileContent } from "../quantize/tile-contents.js";
import { MAX_SPREAD, spreadRule, unitOf } from "../policy/spread-rule.js";
import type { SuggestedRule } from "./suggest-report.js";

/**
 * Joins rules of one kind until there are no more than a segment has places, or none that can be joined. A joined rule is one
 * budget for all its tiles, whatever their fraction bits: the sum of theirs in the finest unit. So a small tensor can take what a
 * large one was given; those are joined in which that is least of the small one's own size. Rank rules stay: each is about one tensor.
 */
export function mergeRules(
  rules: readonly SuggestedRule[],
  tier: Tier,
  contents: readonly TileContent[],
): SuggestedRule[] {
  const groups = [...rules].sort((a, b) => byKind(a, b) || a.size - b.size).map((rule): Group => [rule]);
  while (groups.length > tier.maxRules) {
    const cheapest = cheapestJoin(groups);
    if (cheapest === undefined) break;
    groups.splice(cheapest.at, 2, cheapest.joined);
  }
  const joined = groups.map(([first, ...others]) => others.reduce((one, next) => join(one, next, contents), first));
  return joined.sort((a, b) => firstTileOf(a.rule) - firstTileOf(b.rule));
}

/** Rules that become one, by ascending size. */
type Group = readonly [SuggestedRule, ...SuggestedRule[]];

interface Join {
  readonly at: number;
  readonly joined: Group;
  /** What the smallest could take, as a part of its size. */
  readonly share: number;
}

/** Of groups that follow each other, those two whose joined budget is the least part of the smallest one's size. */
function cheapestJoin(groups: readonly Group[]): Join | undefined {
  let best: Join | undefined;
  groups.slice(1).forEach((group, at) => {
    const joined: Group = [...(groups[at] as Group), ...group];
    if (!joined.every((one) => canJoin(joined[0], one))) return;
    const share = joined.reduce((sum, one) => sum + budgetOf(one), 0) / joined[0].size;
    if (best === undefined || share < best.share) best = { at, joined, share };
  });
  return best;
}

/** What a rule allows, in the unit of its size. */
function budgetOf({ rule }: SuggestedRule): number {
  return rule.maxResidualSq > 0n ? Number(rule.maxResidualSq) * 4 ** -rule.unit : Number(rule.maxNonzeros);
}

function byKind(a: SuggestedRule, b: SuggestedRule): number {
  const keyOf = ({ kind, isPreset = false, rule }: SuggestedRule): string =>
    [kind, ...(isPreset ? ["preset"] : []), ...(rule.maxNonzeros > 0n ? ["masked"] : [])].join(" ");
  return compareNames(keyOf(a), keyOf(b));
}

function canJoin(one: SuggestedRule, next: SuggestedRule): boolean {
  return (
    one.kind === next.kind &&
    one.isPreset === next.isPreset &&
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
    ...(one.isPreset === undefined ? {} : { isPreset: one.isPreset }),
    rule: spreadRule(tiles, {
      maxNonzeros: one.rule.maxNonzeros + next.rule.maxNonzeros,
      maxResidualSq: inUnit(one) + inUnit(next),
    }),
    tensors: [...new Set([...one.tensors, ...next.tensors])],
    size: one.size + next.size,
    reason: `${one.reason}; ${next.reason}`,
  };
}
