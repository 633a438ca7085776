import { FLOAT_FORMATS } from "../model/float-format.js";
import type { Rule } from "./rule.js";
import { InputError } from "../errors/errors.js";
import type { TileContent } from "../quantize/tile-contents.js";
import type { RuleContext } from "./compile-context.js";
import { exactNumber, needBase, squaredPart, squaredShare } from "./exact-bounds.js";
import { roundingErrors } from "./measure-base.js";
import { listNames } from "../model/names/list-names.js";
import { partsOfUnit, spreadRule, unitOf } from "./spread-rule.js";
import { inseparable } from "./tile-runs.js";

/** Tiles of one rule, and of how many weights together its budget is a share. */
interface Run {
  readonly tiles: readonly TileContent[];
  readonly sharedBy: bigint;
  /** No other run draws on the budget. */
  readonly isAlone: boolean;
}

/**
 * Rules without a rank: norms, single weights, or anything. One rule for all selected tiles, or for each tensor; more only where
 * fraction bits are so far apart that no unit serves all.
 */
export async function compileSpread(context: RuleContext): Promise<Rule[]> {
  const { rule, index, explain } = context;
  const { nonzeros, drift, free } = rule;
  if (nonzeros === undefined && drift === undefined && free === undefined) {
    throw new InputError(`rule ${index} has no bound`, {
      remedy: "Give it a rank, nonzeros, drift or free: true.",
    });
  }
  if (free === true && (nonzeros !== undefined || drift !== undefined)) {
    throw new InputError(`rule ${index} has both free: true and bounds`, { remedy: "Keep one of them." });
  }
  const tiles = floatTiles(context);
  const groups = rule.per === "tensor" ? inseparable(tiles) : [tiles];
  const runs = groups.flatMap(budgetRuns);
  const budgets = await driftBudgets(context, runs);
  const counts = nonzeroBudgets(context, runs);
  if (free !== true) {
    const divided = runs.filter(({ isAlone }) => !isAlone).length;
    if (divided > 0) explain(`its fraction bits are far apart: ${divided} rules, which divide its bounds among them`);
    const shared = groups.filter((group) => rule.per === "tensor" && namesOf(group).size > 1);
    for (const group of shared) {
      explain(`${listNames([...namesOf(group)], 3)} share tiles, so they share the bounds of one tensor`);
    }
  }
  return runs.flatMap((run, i): Rule[] => {
    const maxNonzeros = free === true ? weightsOf(run.tiles) : (counts[i] ?? 0n);
    const maxResidualSq = budgets[i] ?? 0n;
    if (maxNonzeros === 0n && maxResidualSq === 0n) return [];
    return [spreadRule(run.tiles, { maxNonzeros, maxResidualSq })];
  });
}

/** Under a bound about rounding, only tiles of floating-point tensors: integers do not round. */
function floatTiles({ rule, index, base, tiles, explain }: RuleContext): readonly TileContent[] {
  if (typeof rule.drift !== "object" || !("rounding" in rule.drift)) return tiles;
  const measure = needBase(base, index);
  const kept = tiles.filter(({ tensors }) => tensors.every((name) => measure.readerOf(name)?.kind === "float"));
  if (kept.length < tiles.length) explain(`${tiles.length - kept.length} tiles of integers stay frozen`);
  return kept;
}

/** Cuts tiles that have one budget together where one unit does not serve all. */
function budgetRuns(group: readonly TileContent[]): Run[] {
  const parts = partsOfUnit(group);
  return parts.map((tiles) => ({ tiles, sharedBy: weightsOf(group), isAlone: parts.length === 1 }));
}

function weightsOf(tiles: readonly TileContent[]): bigint {
  return BigInt(tiles.reduce((sum, { weights }) => sum + weights, 0));
}

function namesOf(tiles: readonly TileContent[]): Set<string> {
  return new Set(tiles.flatMap(({ tensors }) => tensors));
}

async function driftBudgets(context: RuleContext, runs: readonly Run[]): Promise<bigint[]> {
  const { rule, index, base } = context;
  const { drift } = rule;
  if (drift === undefined) return runs.map(() => 0n);
  if (typeof drift !== "object") {
    const norm = exactNumber(drift, `rule ${index}: drift`);
    return runs.map((run) => squaredShare(norm, unitOf(run.tiles), weightsOf(run.tiles), run.sharedBy));
  }
  const measure = needBase(base, index);
  if ("relative" in drift) {
    // A part of every run's own norm is that part of them all together.
    const ratio = exactNumber(drift.relative, `rule ${index}: drift.relative`);
    const budgets: bigint[] = [];
    for (const run of runs) {
      budgets.push(squaredPart(ratio, await measure.energyOf(run.tiles, unitOf(run.tiles))));
    }
    return budgets;
  }
  const tilesOf = new Map<string, number>();
  for (const name of runs.flatMap(({ tiles }) => tiles.flatMap(({ tensors }) => tensors)))
    tilesOf.set(name, (tilesOf.get(name) ?? 0) + 1);
  const worst = new Map<string, bigint>();
  const budgets: bigint[] = [];
  for (const { tiles } of runs) {
    const unit = unitOf(tiles);
    let sum = 0n;
    for (const { tensors, fractionBits } of tiles) {
      for (const name of tensors) {
        const reader = measure.readerOf(name);
        if (reader === undefined) continue;
        const all =
          worst.get(name) ?? (await roundingErrors(reader, fractionBits, FLOAT_FORMATS[drift.rounding])).worstSq;
        worst.set(name, all);
        sum += (all / BigInt(tilesOf.get(name) ?? 1)) << BigInt(2 * (unit - fractionBits));
      }
    }
    budgets.push(sum);
  }
  return budgets;
}

/** Single weights, divided by size where several rules share them. */
function nonzeroBudgets({ rule, explain }: RuleContext, runs: readonly Run[]): bigint[] {
  const nonzeros = BigInt(rule.nonzeros ?? 0);
  if (nonzeros > 0n && runs.some(({ isAlone }) => !isAlone)) {
    explain(
      `${nonzeros} single weights are divided by size: fti policy suggest divides them as a fine-tune needs them`,
    );
  }
  return runs.map(({ tiles, sharedBy }) => (nonzeros * weightsOf(tiles)) / sharedBy);
}
