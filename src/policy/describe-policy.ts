import { gridRows, tileCountOf, tilesOf, type Policy, type Rule } from "./rule.js";
import type { Manifest } from "../quantize/manifest.js";
import { tileContents, type TileContent } from "../quantize/tile-contents.js";
import { describeExtensions } from "../quantize/extensions.js";
import { listNames } from "../model/names/list-names.js";

/**
 * What a policy allows, in words, one sentence a line. Without the manifest it speaks of tiles and integer units
 * only. Numbers are rounded for reading; the file has the exact bounds. Tensors that one model may lack are named.
 */
export function describePolicy(policy: Policy, manifest?: Manifest): string[] {
  const extensions = manifest === undefined ? [] : describeExtensions(manifest);
  return [...describeRules(policy, manifest), describeFrozen(policy, manifest), ...extensions];
}

/** What each rule allows, a sentence for each. */
export function describeRules(policy: Policy, manifest?: Manifest): string[] {
  const tiles = manifest === undefined ? [] : tileContents(manifest);
  return policy.rules.map((rule, index) => `Rule ${index}: ${describeRule(rule, tiles)}`);
}

/** What no rule covers, in a sentence. */
export function describeFrozen(policy: Policy, manifest?: Manifest): string {
  if (manifest === undefined) return "All other tiles are frozen.";
  const covered = new Set(policy.rules.flatMap(tilesOf));
  const frozen = tileContents(manifest).filter(({ tile }) => !covered.has(tile));
  if (frozen.length === 0) return "No tile is frozen.";
  const names = [...new Set(frozen.flatMap(({ tensors }) => tensors))];
  const tilesAre = frozen.length === 1 ? "tile is" : "tiles are";
  return `Frozen: ${frozen.length} other ${tilesAre} identical to the base's (${listNames(names, 3)}).`;
}

function describeRule(rule: Rule, tiles: readonly TileContent[]): string {
  const own = new Set(tilesOf(rule));
  const covered = tiles.filter(({ tile }) => own.has(tile));
  const where = describeRanges(rule);
  const changes = [...describeRank(rule), ...describeNonzeros(rule)];
  if (covered.length === 0) {
    changes.push(...describeResidual(rule, undefined));
    return `${where} may take ${changes.join(", plus ")}.`;
  }
  const weights = covered.reduce((sum, tile) => sum + tile.weights, 0);
  const names = listNames([...new Set(covered.flatMap(({ tensors }) => tensors))], 3);
  const subject = `${where} (${count(weights)} weights of ${names})`;
  // With an exception for every weight, the other bounds bind nothing.
  if (rule.maxNonzeros >= BigInt(weights)) return `${subject} may take any change at all.`;
  const steps = covered.map(({ fractionBits }) => 2 ** -fractionBits);
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  // Below the quantization step nothing is seen (PROTOCOL 9): the true change may be larger by that much.
  const unseen = Math.sqrt(covered.reduce((sum, tile) => sum + tile.weights * 4 ** -tile.fractionBits, 0));
  const stepWords = least === most ? `steps of ${short(most)}` : `steps of ${short(least)} to ${short(most)}`;
  return (
    `${subject} may take ${[...changes, ...describeResidual(rule, weights)].join(", plus ")}. ` +
    `Weights are compared in ${stepWords}. Blind spot: changes below one step, whose norm is at most ${short(unseen)}.`
  );
}

function describeRank(rule: Rule): string[] {
  if (rule.maxRank === 0) return [];
  const grid = tileCountOf(rule) === 1 ? "" : ` over ${gridRows(rule)} × ${rule.gridCols} tiles as one matrix`;
  return [`a change of rank at most ${rule.maxRank}${grid}`];
}

function describeNonzeros({ maxNonzeros }: Rule): string[] {
  if (maxNonzeros === 0n) return [];
  return [`any change of at most ${count(maxNonzeros)} single weight${maxNonzeros === 1n ? "" : "s"}`];
}

/** `tile 3`, `tiles 0 to 9, 12`. */
function describeRanges(rule: Rule): string {
  const words = rule.ranges.map(({ firstTile, tileCount }) =>
    tileCount === 1 ? String(firstTile) : `${firstTile} to ${firstTile + tileCount - 1}`,
  );
  return `${tileCountOf(rule) === 1 ? "tile" : "tiles"} ${words.join(", ")}`;
}

/** The bound on the rest, in the weights' own unit. `weights`: how many there are, where that is known. */
function describeResidual(rule: Rule, weights: number | undefined): string[] {
  const isOnlyPart = rule.maxRank === 0 && rule.maxNonzeros === 0n;
  if (rule.maxResidualSq === 0n && !isOnlyPart) return [];
  const norm = Math.sqrt(Number(rule.maxResidualSq)) * 2 ** -rule.unit;
  const what = rule.maxRank > 0 ? "a residual" : "a change";
  const mean = weights === undefined ? "" : ` (root mean square ${short(norm / Math.sqrt(weights))})`;
  return [`${what} of L2 norm at most ${short(norm)} over all weights together${mean}`];
}

function count(value: number | bigint): string {
  return value.toLocaleString("en-US");
}

/** Three significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
