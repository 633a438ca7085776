import { PolicyViolation } from "../errors/errors.js";
import type { Tier } from "../protocol/tiers.js";
import { assertTilesWithinMemory, tilesWithinMemory, type MemoryBound } from "./prover-memory.js";
import { coversTile, gridRows, tileCountOf, tilesOf, type Rule } from "../policy/rule.js";

/** The tiles of one rule in a segment, ascending. */
export interface PlannedUse {
  readonly ruleIndex: number;
  readonly tiles: readonly number[];
}

/** The changed tiles of a segment, rule by rule in place order. */
export interface SegmentPlan {
  readonly uses: readonly PlannedUse[];
}

export interface PlanOptions {
  /** Names tiles in errors. */
  readonly describeTile?: (tile: number) => string;
  /** Makes segments smaller than the tier's, where they would need more memory. */
  readonly memory?: MemoryBound | undefined;
}

/**
 * Splits the changed tiles into segments that fit a tier and the memory, ascending by tile: all tiles of a segment lie above
 * those of the segment before (PROTOCOL 4). A rule without a rank bound may be used by several; under a rank bound its
 * tensor is in one, whole, as even an unchanged tile constrains the product. Rank rules come first in a segment. The same
 * arguments give the same plan.
 *
 * `changed` ascends. Throws `PolicyViolation` if a changed tile is in no rule (it is frozen) or if a rank rule's tensor does
 * not fit a segment; `InputError` if it needs more memory than allowed.
 */
export function planSegments(
  tier: Tier,
  rules: readonly Rule[],
  changed: readonly number[],
  { describeTile = (tile) => `tile ${tile}`, memory }: PlanOptions = {},
): SegmentPlan[] {
  const slots = memory === undefined ? tier.slots : tilesWithinMemory(tier, memory);
  if (memory !== undefined) assertTilesWithinMemory(tier, "a segment", 1, memory);
  const segments: Filling[] = [];
  for (const { ruleIndex, tiles } of pieces(rules, changed, describeTile)) {
    const rule = rules[ruleIndex] as Rule;
    if (rule.maxRank > 0) {
      assertFitsAlone(tier, ruleIndex, rule);
      if (memory !== undefined) assertTilesWithinMemory(tier, `policy rule ${ruleIndex}`, tiles.length, memory);
    }
    let segment = segments.at(-1);
    if (segment === undefined || !fits(segment, ruleIndex, rule, tiles.length)) {
      segment = emptySegment(tier, slots);
      segments.push(segment);
    }
    take(segment, ruleIndex, rule, tiles);
  }
  return segments.map(({ tilesOfRule }) => ({
    uses: [...tilesOfRule]
      .map(([ruleIndex, tiles]): PlannedUse => ({ ruleIndex, tiles }))
      .sort((a, b) => Number(isRank(rules, b)) - Number(isRank(rules, a)) || a.ruleIndex - b.ruleIndex),
  }));
}

function isRank(rules: readonly Rule[], { ruleIndex }: PlannedUse): boolean {
  return (rules[ruleIndex]?.maxRank ?? 0) > 0;
}

/** What must stay together, ascending by tile: a changed tile, or the tensor of a rank rule with one. */
function* pieces(
  rules: readonly Rule[],
  changed: readonly number[],
  describeTile: (tile: number) => string,
): Generator<PlannedUse> {
  let ruleIndex = -1;
  const whole = new Set<number>();
  for (const tile of changed) {
    if (ruleIndex < 0 || !coversTile(rules[ruleIndex] as Rule, tile)) {
      ruleIndex = rules.findIndex((rule) => coversTile(rule, tile));
    }
    const rule = rules[ruleIndex];
    if (rule === undefined) {
      throw new PolicyViolation(`${describeTile(tile)} changed, but the policy freezes it`, {
        remedy: "Add a rule for it to the policy, or publish a model that leaves it unchanged.",
      });
    }
    if (rule.maxRank === 0) yield { ruleIndex, tiles: [tile] };
    else if (!whole.has(ruleIndex)) {
      whole.add(ruleIndex);
      yield { ruleIndex, tiles: tilesOf(rule) };
    }
  }
}

/** A segment as it fills, and what is left of it. */
interface Filling {
  readonly tilesOfRule: Map<number, number[]>;
  slots: number;
  rules: number;
  rankRules: number;
  rowPanels: number;
  colPanels: number;
}

function emptySegment(tier: Tier, slots: number): Filling {
  return {
    tilesOfRule: new Map(),
    slots,
    rules: tier.maxRules,
    rankRules: tier.maxRankRules,
    rowPanels: tier.panels,
    colPanels: tier.panels,
  };
}

function fits(segment: Filling, ruleIndex: number, rule: Rule, tiles: number): boolean {
  if (segment.slots < tiles || (segment.rules < 1 && !segment.tilesOfRule.has(ruleIndex))) return false;
  if (rule.maxRank === 0) return true;
  return segment.rankRules >= 1 && segment.rowPanels >= gridRows(rule) && segment.colPanels >= rule.gridCols;
}

function take(segment: Filling, ruleIndex: number, rule: Rule, tiles: readonly number[]): void {
  const held = segment.tilesOfRule.get(ruleIndex);
  if (held === undefined) segment.rules -= 1;
  segment.tilesOfRule.set(ruleIndex, [...(held ?? []), ...tiles]);
  segment.slots -= tiles.length;
  if (rule.maxRank === 0) return;
  segment.rankRules -= 1;
  segment.rowPanels -= gridRows(rule);
  segment.colPanels -= rule.gridCols;
}

/** Whether a rank rule's tensor fits an empty segment. */
function assertFitsAlone(tier: Tier, ruleIndex: number, rule: Rule): void {
  const fail = (detail: string): never => {
    throw new PolicyViolation(`policy rule ${ruleIndex}: ${detail}`, {
      rule: ruleIndex,
      remedy: "A rank bound's tensor cannot be split over segments: use a larger tier or a rule without a rank.",
    });
  };
  if (rule.maxRank > tier.maxRank) fail(`rank ${rule.maxRank}, but tier ${tier.name} holds at most ${tier.maxRank}`);
  const tiles = tileCountOf(rule);
  if (!fits(emptySegment(tier, tier.slots), ruleIndex, rule, tiles)) {
    fail(`its tensor of ${tiles} tiles does not fit a segment of tier ${tier.name} (${tier.slots} tiles)`);
  }
}
