import type { Policy, Rule } from "../drift/rule.js";
import type { Manifest } from "../quantize/manifest.js";
import { listNames, tilesOf, type SelectedTile } from "./tensor-selection.js";

/**
 * What a policy allows, in words, one sentence a line. Without the manifest it speaks of tiles and integer units
 * only. Numbers are rounded for reading; the file has the exact bounds.
 */
export function describePolicy(policy: Policy, manifest?: Manifest): string[] {
  const tiles = manifest === undefined ? [] : tilesOf(manifest);
  const lines = policy.rules.map((rule, index) => `Rule ${index}: ${describeRule(rule, tiles)}`);
  if (manifest === undefined) return [...lines, "All other tiles are frozen."];
  const covered = new Set(policy.rules.flatMap((rule) => indices(rule)));
  const frozen = tiles.filter(({ tile }) => !covered.has(tile));
  if (frozen.length === 0) return [...lines, "No tile is frozen."];
  const names = [...new Set(frozen.flatMap(({ tensors }) => tensors))];
  const summary = `${frozen.length} of ${tiles.length} tiles are frozen: ${listNames(names)}.`;
  return [...lines, summary];
}

function indices(rule: Rule): number[] {
  return Array.from({ length: rule.tileCount }, (_, i) => rule.firstTile + i);
}

function describeRule(rule: Rule, tiles: readonly SelectedTile[]): string {
  const covered = tiles.slice(rule.firstTile, rule.firstTile + rule.tileCount);
  const last = rule.firstTile + rule.tileCount - 1;
  const where = rule.tileCount === 1 ? `tile ${rule.firstTile}` : `tiles ${rule.firstTile} to ${last}`;
  const [first] = covered;
  const parts: string[] = [];
  if (rule.maxRank > 0) parts.push(`a part of rank at most ${rule.maxRank}`);
  if (rule.maxNonzeros > 0n) parts.push(`at most ${rule.maxNonzeros} single weights freely`);
  if (first === undefined) {
    parts.push(`a residual of squared norm at most ${rule.maxResidualSq} in integer units`);
    return `in ${where} may change ${parts.join(", plus ")}.`;
  }
  const unit = 2 ** -(first.fractionBits + rule.shift);
  const weights = covered.reduce((sum, tile) => sum + tile.weights, 0);
  const norm = Math.sqrt(Number(rule.maxResidualSq)) * unit;
  // Below the quantisation step nothing is seen (PROTOCOL 9): the true change may be larger by that much.
  const unseen = Math.sqrt(weights) * unit;
  const names = listNames([...new Set(covered.flatMap(({ tensors }) => tensors))]);
  const residual =
    rule.maxResidualSq === 0n
      ? "nothing else"
      : `${parts.length > 0 ? "a rest" : "all weights together"} by an L2 norm of at most ${short(norm)} ` +
        `(root mean square ${short(norm / Math.sqrt(weights))} a weight)`;
  return (
    `in ${where} (${weights.toLocaleString("en-US")} weights: ${names}) may change ${[...parts, residual].join(", plus ")}. ` +
    `Quantised in steps of ${short(unit)}, which can hide a change of norm ${short(unseen)} more.`
  );
}

/** Three significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
