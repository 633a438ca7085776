import { FLOAT_FORMATS } from "../model/float-format.js";
import type { Rule } from "../drift/rule.js";
import { InputError } from "../errors/errors.js";
import type { TileContent } from "../quantize/tile-contents.js";
import type { RuleContext } from "./compile-context.js";
import { exactNumber, needBase, squaredPart, squaredShare } from "./exact-bounds.js";
import { roundingErrors } from "./measure-base.js";
import { contiguousRuns, splitEvenly } from "./tile-runs.js";

type Run = readonly TileContent[];

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
  const whole = rule.per === "tensor" ? tensorRuns(tiles) : contiguousRuns(tiles);
  const isSparse = nonzeros !== undefined && drift === undefined;
  const runs = isSparse ? whole : whole.flatMap((run) => splitEvenly(run, tier.slots));
  const budgets = await driftBudgets(context, runs);
  const counts = nonzeroBudgets(context, runs);
  if (runs.length > 1 && rule.per !== "tensor" && free !== true) {
    explain(`its tiles need ${runs.length} rules, so its bounds are divided among them`);
  }
  return runs.flatMap((run, i): Rule[] => {
    const [first] = run;
    const maxNonzeros = free === true ? BigInt(weightsOf(run)) : (counts[i] ?? 0n);
    const maxResidualSq = budgets[i] ?? 0n;
    if (first === undefined || (maxNonzeros === 0n && maxResidualSq === 0n)) return [];
    return [
      { firstTile: first.tile, tileCount: run.length, gridCols: 0, maxRank: 0, shift: 0, maxNonzeros, maxResidualSq },
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

function weightsOf(run: Run): number {
  return run.reduce((sum, { weights }) => sum + weights, 0);
}

/** Tiles of one tensor, or one packed tile: what shares a tile cannot be told apart. */
function tensorRuns(tiles: readonly TileContent[]): TileContent[][] {
  const runs: TileContent[][] = [];
  let key = "";
  for (const tile of tiles) {
    const [first] = tile.tensors;
    const next = tile.tensors.length === 1 ? `${first ?? ""}/${tile.fractionBits}` : `tile ${tile.tile}`;
    if (next === key) runs.at(-1)?.push(tile);
    else runs.push([tile]);
    key = next;
  }
  return runs;
}

async function driftBudgets(context: RuleContext, runs: readonly Run[]): Promise<bigint[]> {
  const { rule, index, base } = context;
  const { drift } = rule;
  if (drift === undefined) return runs.map(() => 0n);
  const bitsOf = (run: Run): number => run[0]?.fractionBits ?? 0;
  if (typeof drift !== "object") {
    const norm = exactNumber(drift, `rule ${index}: drift`);
    const total = BigInt(runs.reduce((sum, run) => sum + weightsOf(run), 0));
    return runs.map((run) => {
      const weights = BigInt(weightsOf(run));
      return squaredShare(norm, bitsOf(run), weights, rule.per === "tensor" ? weights : total);
    });
  }
  const measure = needBase(base, index);
  if ("relative" in drift) {
    // A part of every run's own norm is that part of them all together.
    const ratio = exactNumber(drift.relative, `rule ${index}: drift.relative`);
    const budgets: bigint[] = [];
    for (const run of runs) {
      budgets.push(squaredPart(ratio, await measure.energyOf(run.map(({ tile }) => tile))));
    }
    return budgets;
  }
  const tilesOf = new Map<string, number>();
  for (const name of runs.flat().flatMap(({ tensors }) => tensors)) tilesOf.set(name, (tilesOf.get(name) ?? 0) + 1);
  const worst = new Map<string, bigint>();
  return Promise.all(
    runs.map(async (run) => {
      let sum = 0n;
      for (const name of run.flatMap(({ tensors }) => tensors)) {
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
  const { nonzeros = 0, per } = rule;
  if (per === "tensor" || runs.length === 1) return runs.map(() => BigInt(nonzeros));
  if (nonzeros === 0) return runs.map(() => 0n);
  explain(`${nonzeros} single weights are divided by size: fti policy suggest divides them as a fine-tune needs them`);
  const total = BigInt(runs.reduce((sum, run) => sum + weightsOf(run), 0));
  return runs.map((run) => (BigInt(nonzeros) * BigInt(weightsOf(run))) / total);
}
