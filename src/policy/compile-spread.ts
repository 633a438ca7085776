import { FLOAT_FORMATS } from "../model/float-format.js";
import type { Rule } from "../drift/rule.js";
import { InputError } from "../errors/errors.js";
import type { TileContent } from "../quantize/tile-contents.js";
import type { RuleContext } from "./compile-context.js";
import { exactNumber, needBase, squaredPart, squaredShare } from "./exact-bounds.js";
import { roundingErrors } from "./measure-base.js";
import { listNames } from "./tensor-selection.js";
import { contiguousRuns, inseparable, splitEvenly } from "./tile-runs.js";

/** Tiles of one rule, and of how many weights together its budget is a share. */
interface Run {
  readonly tiles: readonly TileContent[];
  readonly sharedBy: bigint;
  /** No other run draws on the budget. */
  readonly isAlone: boolean;
}

/**
 * Rules without a rank: norms, single weights, or anything. Tiles of one rule follow each other, share one `f`, and fit a
 * segment together unless only few of them can change.
 */
export async function compileSpread(context: RuleContext): Promise<Rule[]> {
  const { rule, index, tier, explain } = context;
  const { nonzeros, drift, free } = rule;
  if (nonzeros === undefined && drift === undefined && free === undefined) {
    throw new InputError(`rule ${index} says nothing of how much may change`, {
      remedy: "Give it a rank, nonzeros, drift or free: true.",
    });
  }
  if (free === true && (nonzeros !== undefined || drift !== undefined)) {
    throw new InputError(`rule ${index} is free, so bounds say nothing`, { remedy: "Give free: true or bounds." });
  }
  const tiles = floatTiles(context);
  const groups = rule.per === "tensor" ? inseparable(tiles) : [tiles];
  // A rule with few exceptions fits a segment however many tiles it has.
  const isSparse = nonzeros !== undefined && drift === undefined;
  const runs = groups.flatMap((group) => budgetRuns(group, isSparse ? group.length : tier.slots));
  const budgets = await driftBudgets(context, runs);
  const counts = nonzeroBudgets(context, runs);
  if (free !== true) {
    const divided = runs.filter(({ isAlone }) => !isAlone).length;
    if (divided > 0) explain(`its tiles need ${divided} rules, so its bounds are divided among them`);
    const shared = groups.filter((group) => rule.per === "tensor" && namesOf(group).size > 1);
    for (const group of shared) {
      explain(`${listNames([...namesOf(group)], 3)} share tiles, so they share the bounds of one tensor`);
    }
  }
  return runs.flatMap((run, i): Rule[] => {
    const [first] = run.tiles;
    const maxNonzeros = free === true ? weightsOf(run.tiles) : (counts[i] ?? 0n);
    const maxResidualSq = budgets[i] ?? 0n;
    if (first === undefined || (maxNonzeros === 0n && maxResidualSq === 0n)) return [];
    return [
      {
        firstTile: first.tile,
        tileCount: run.tiles.length,
        gridCols: 0,
        maxRank: 0,
        shift: 0,
        maxNonzeros,
        maxResidualSq,
      },
    ];
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

/** Cuts tiles that have one budget together where one rule must end. */
function budgetRuns(group: readonly TileContent[], mostTiles: number): Run[] {
  const parts = contiguousRuns(group).flatMap((run) => splitEvenly(run, Math.max(1, mostTiles)));
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
  const bitsOf = ({ tiles }: Run): number => tiles[0]?.fractionBits ?? 0;
  if (typeof drift !== "object") {
    const norm = exactNumber(drift, `rule ${index}: drift`);
    return runs.map((run) => squaredShare(norm, bitsOf(run), weightsOf(run.tiles), run.sharedBy));
  }
  const measure = needBase(base, index);
  if ("relative" in drift) {
    // A part of every run's own norm is that part of them all together.
    const ratio = exactNumber(drift.relative, `rule ${index}: drift.relative`);
    const budgets: bigint[] = [];
    for (const run of runs) {
      budgets.push(squaredPart(ratio, await measure.energyOf(run.tiles.map(({ tile }) => tile))));
    }
    return budgets;
  }
  const tilesOf = new Map<string, number>();
  for (const name of runs.flatMap(({ tiles }) => tiles.flatMap(({ tensors }) => tensors)))
    tilesOf.set(name, (tilesOf.get(name) ?? 0) + 1);
  const worst = new Map<string, bigint>();
  return Promise.all(
    runs.map(async (run) => {
      let sum = 0n;
      for (const name of run.tiles.flatMap(({ tensors }) => tensors)) {
        const reader = measure.readerOf(name);
        if (reader === undefined) continue;
        const all =
          worst.get(name) ?? (await roundingErrors(reader, bitsOf(run), FLOAT_FORMATS[drift.rounding])).worstSq;
        worst.set(name, all);
        sum += all / BigInt(tilesOf.get(name) ?? 1);
      }
      return sum;
    }),
  );
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
