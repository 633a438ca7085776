import { gridRows, type Policy, type Rule } from "../drift/rule.js";
import type { Manifest } from "../quantize/manifest.js";
import { tileContents, type TileContent } from "../quantize/tile-contents.js";
import { listNames } from "./tensor-selection.js";

/**
 * What a policy allows, in words, one sentence a line. Without the manifest it speaks of tiles and integer units
 * only. Numbers are rounded for reading; the file has the exact bounds.
 */
export function describePolicy(policy: Policy, manifest?: Manifest): string[] {
  const tiles = manifest === undefined ? [] : tileContents(manifest);
  const lines = policy.rules.map((rule, index) => `Rule ${index}: ${describeRule(rule, tiles)}`);
  if (manifest === undefined) return [...lines, "All other tiles are frozen."];
  const covered = new Set(policy.rules.flatMap((rule) => indices(rule)));
  const frozen = tiles.filter(({ tile }) => !covered.has(tile));
  if (frozen.length === 0) return [...lines, "No tile is frozen."];
  const names = [...new Set(frozen.flatMap(({ tensors }) => tensors))];
  const tilesAre = frozen.length === 1 ? "tile is" : "tiles are";
  const summary = `Frozen: ${frozen.length} other ${tilesAre} identical to the base's (${listNames(names, 3)}).`;
  return [...lines, summary];
}

function indices(rule: Rule): number[] {
  return Array.from({ length: rule.tileCount }, (_, i) => rule.firstTile + i);
}

function describeRule(rule: Rule, tiles: readonly TileContent[]): string {
  const covered = tiles.slice(rule.firstTile, rule.firstTile + rule.tileCount);
  const last = rule.firstTile + rule.tileCount - 1;
  const where = rule.tileCount === 1 ? `tile ${rule.firstTile}` : `tiles ${rule.firstTile} to ${last}`;
  const [first] = covered;
  const changes = [...describeRank(rule), ...describeNonzeros(rule)];
  if (first === undefined) {
    const steps = rule.shift > 0 ? `units of 2^-${rule.shift} of a step` : "integer units";
    changes.push(`a change of squared norm at most ${rule.maxResidualSq} in ${steps}`);
    return `${where} may take ${changes.join(", plus ")}.`;
  }
  const weights = covered.reduce((sum, tile) => sum + tile.weights, 0);
  const names = listNames([...new Set(covered.flatMap(({ tensors }) => tensors))], 3);
  const subject = `${where} (${count(weights)} weights of ${names})`;
  // With an exception for every weight, the other bounds bind nothing.
  if (rule.maxNonzeros >= BigInt(weights)) return `${subject} may take any change at all.`;
  const step = 2 ** -first.fractionBits;
  // Below the quantisation step nothing is seen (PROTOCOL 9): the true change may be larger by that much.
  const unseen = Math.sqrt(weights) * step;
  return (
    `${subject} may take ${[...changes, ...describeResidual(rule, step, weights)].join(", plus ")}. ` +
    `Weights are compared in steps of ${short(step)}: what rounding hides has a norm of at most ${short(unseen)}.`
  );
}

function describeRank(rule: Rule): string[] {
  if (rule.maxRank === 0) return [];
  const grid = rule.tileCount === 1 ? "" : ` over ${gridRows(rule)} × ${rule.gridCols} tiles as one matrix`;
  const bits = rule.shift === 0 ? "" : `, its factors resolved ${rule.shift} bits below a step`;
  return [`a change of rank at most ${rule.maxRank}${grid}${bits}`];
}

function describeNonzeros({ maxNonzeros }: Rule): string[] {
  if (maxNonzeros === 0n) return [];
  return [`any change of at most ${count(maxNonzeros)} single weight${maxNonzeros === 1n ? "" : "s"}`];
}

/** The bound on the rest, in the weights' own unit. `step` is `2^-fractionBits`; the rule counts in `step·2^-shift`. */
function describeResidual(rule: Rule, step: number, weights: number): string[] {
  const isOnlyPart = rule.maxRank === 0 && rule.maxNonzeros === 0n;
  if (rule.maxResidualSq === 0n && !isOnlyPart) return [];
  const norm = Math.sqrt(Number(rule.maxResidualSq)) * step * 2 ** -rule.shift;
  const mean = short(norm / Math.sqrt(weights));
  const what = rule.maxRank > 0 ? "a rest" : "a change";
  return [`${what} of L2 norm at most ${short(norm)} over all weights together (root mean square ${mean})`];
}

function count(value: number | bigint): string {
  return value.toLocaleString("en-US");
}

/** Three significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
