import type { Policy, Rule } from "../drift/rule.js";
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
  const parts: string[] = [];
  if (rule.maxRank > 0) parts.push(`a change of rank at most ${rule.maxRank}`);
  if (rule.maxNonzeros > 0n) parts.push(`any change of at most ${count(rule.maxNonzeros)} single weights`);
  if (first === undefined) {
    parts.push(`a change of squared norm at most ${rule.maxResidualSq} in integer units`);
    return `${where} may take ${parts.join(", plus ")}.`;
  }
  const unit = 2 ** -(first.fractionBits + rule.shift);
  const weights = covered.reduce((sum, tile) => sum + tile.weights, 0);
  if (rule.maxResidualSq > 0n || parts.length === 0) {
    const norm = Math.sqrt(Number(rule.maxResidualSq)) * unit;
    const mean = short(norm / Math.sqrt(weights));
    parts.push(`a change of L2 norm at most ${short(norm)} over all weights together (root mean square ${mean})`);
  }
  const names = listNames([...new Set(covered.flatMap(({ tensors }) => tensors))], 3);
  // Below the quantisation step nothing is seen (PROTOCOL 9): the true change may be larger by that much.
  const unseen = Math.sqrt(weights) * 2 ** -first.fractionBits;
  return (
    `${where} (${count(weights)} weights of ${names}) may take ${parts.join(", plus ")}. ` +
    `Weights are compared in steps of ${short(2 ** -first.fractionBits)}: what rounding hides has a norm of at most ${short(unseen)}.`
  );
}

function count(value: number | bigint): string {
  return value.toLocaleString("en-US");
}

/** Three significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
