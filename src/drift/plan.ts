import { PolicyViolation } from "../errors/errors.js";
import type { Tier } from "../protocol/tiers.js";
import { assertRuleWithinMemory, tilesWithinMemory, type MemoryBound } from "./prover-memory.js";
import type { Rule } from "./rule.js";
import { gridRows } from "./rule.js";

/** The changed tiles of a segment, rule by rule in place order. */
export interface SegmentPlan {
  readonly uses: readonly { readonly ruleIndex: number; readonly tiles: readonly number[] }[];
}

export interface PlanOptions {
  /** Names tiles in errors. */
  readonly describeTile?: (tile: number) => string;
  /** Makes segments smaller than the tier's, where they would need more memory. */
  readonly memory?: MemoryBound | undefined;
}

/**
 * Splits the changed tiles into segments that fit a tier and the memory. Rules stay whole, rank rules come first in a
 * segment. The same arguments give the same plan.
 *
 * `changed` ascends. Throws `PolicyViolation` if a changed tile is in no rule (it is frozen) or if one rule alone
 * does not fit a segment; `InputError` if one rule alone needs more memory than allowed.
 */
export function planSegments(
  tier: Tier,
  rules: readonly Rule[],
  changed: readonly number[],
  { describeTile = (tile) => `tile ${tile}`, memory }: PlanOptions = {},
): SegmentPlan[] {
  const tilesOfRule = rules.map((): number[] => []);
  for (const tile of changed) {
    const ruleIndex = rules.findIndex((rule) => tile >= rule.firstTile && tile < rule.firstTile + rule.tileCount);
    if (ruleIndex < 0) {
      throw new PolicyViolation(`${describeTile(tile)} changed, but the policy freezes it`, {
        remedy: "Write a rule for it, or publish a model that leaves it as it is.",
      });
    }
    tilesOfRule[ruleIndex]?.push(tile);
  }
  const used = rules.flatMap((rule, ruleIndex) => {
    const tiles = tilesOfRule[ruleIndex] ?? [];
    if (tiles.length === 0) return [];
    // Under a rank bound even an unchanged tile counts: its part of the product need not vanish.
    const all = rule.maxRank > 0 ? Array.from({ length: rule.tileCount }, (_, i) => rule.firstTile + i) : tiles;
    return [{ ruleIndex, rule, tiles: all }];
  });
  used.sort((a, b) => Number(b.rule.maxRank > 0) - Number(a.rule.maxRank > 0) || a.ruleIndex - b.ruleIndex);

  const segments: { uses: { ruleIndex: number; tiles: readonly number[] }[]; room: Room }[] = [];
  const slots = memory === undefined ? tier.slots : tilesWithinMemory(tier, memory);
  for (const { ruleIndex, rule, tiles } of used) {
    assertFitsAlone(tier, ruleIndex, rule, tiles.length);
    if (memory !== undefined) assertRuleWithinMemory(tier, ruleIndex, tiles.length, memory);
    let segment = segments.find(({ room }) => fits(room, rule, tiles.length));
    if (segment === undefined) {
      segment = { uses: [], room: emptyRoom(tier, slots) };
      segments.push(segment);
    }
    take(segment.room, rule, tiles.length);
    segment.uses.push({ ruleIndex, tiles });
  }
  return segments.map(({ uses }) => ({ uses }));
}

/** What is left of a segment. */
interface Room {
  slots: number;
  rules: number;
  rankRules: number;
  rowPanels: number;
  colPanels: number;
}

function emptyRoom(tier: Tier, slots: number): Room {
  return {
    slots,
    rules: tier.maxRules,
    rankRules: tier.maxRankRules,
    rowPanels: tier.panels,
    colPanels: tier.panels,
  };
}

function fits(room: Room, rule: Rule, tiles: number): boolean {
  if (room.slots < tiles || room.rules < 1) return false;
  if (rule.maxRank === 0) return true;
  return room.rankRules >= 1 && room.rowPanels >= gridRows(rule) && room.colPanels >= rule.gridCols;
}

function take(room: Room, rule: Rule, tiles: number): void {
  room.slots -= tiles;
  room.rules -= 1;
  if (rule.maxRank === 0) return;
  room.rankRules -= 1;
  room.rowPanels -= gridRows(rule);
  room.colPanels -= rule.gridCols;
}

function assertFitsAlone(tier: Tier, ruleIndex: number, rule: Rule, tiles: number): void {
  const fail = (detail: string): never => {
    throw new PolicyViolation(`policy rule ${ruleIndex}: ${detail}`, {
      rule: ruleIndex,
      remedy: "A rule's budget cannot be split over segments: use a larger tier or several rules.",
    });
  };
  if (rule.maxRank > tier.maxRank) fail(`rank ${rule.maxRank}, but tier ${tier.name} holds at most ${tier.maxRank}`);
  if (!fits(emptyRoom(tier, tier.slots), rule, tiles))
    fail(`${tiles} changed tiles do not fit a segment of tier ${tier.name} (${tier.slots} tiles)`);
}
