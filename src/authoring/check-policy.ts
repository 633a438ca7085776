import { assertPolicyFitsManifest } from "../policy/policy-manifest.js";
import { assertPolicy, tilesOf } from "../policy/rule.js";
import { rangeOfTile, tileRanges } from "../quantize/tile-map.js";
import type { CheckPolicyInput, FrozenViolation, PolicyReport, RuleReport } from "./check-report.js";
import { RuleCheck } from "./check-rule.js";
import { DifferenceReader, normOf, type TilePair } from "./measure-model.js";
import { nameEntry } from "./name-entry.js";
import { addChanges, measureTile, type TensorChange } from "./measure-tile.js";

/**
 * Compares a change with a policy before anything is proven: every rule that it breaks, where and by how much. The
 * prover would stop at the first. Nothing here is trusted: a certificate needs the proof.
 *
 * Reads every tile of both models once; tiles of sparse rules that are broken once more. One tile is in memory at a
 * time, or all of the tensor under a rank rule. Throws `InputError` for a policy that is malformed or not about
 * this manifest.
 */
export async function checkPolicy(input: CheckPolicyInput): Promise<PolicyReport> {
  const { policy, manifest, onProgress = () => undefined } = input;
  assertPolicy(policy, manifest.tileCount);
  assertPolicyFitsManifest(policy, manifest);
  const ranges = tileRanges(manifest);
  const owners = new Map(policy.rules.flatMap((rule, index) => tilesOf(rule).map((tile) => [tile, index] as const)));
  const reader = new DifferenceReader(input);
  const frozen = new FrozenCheck(input);
  const checks = new Map<number, RuleCheck>();
  const reports = new Map<number, RuleReport>();
  for (let tile = 0; tile < manifest.tileCount; tile++) {
    onProgress("comparing tiles", tile, manifest.tileCount);
    const delta = await reader.read(tile);
    const changes = measureTile(rangeOfTile(ranges, tile), tile, delta);
    const owner = owners.get(tile);
    if (owner === undefined) {
      frozen.add(changes);
      continue;
    }
    const check = checks.get(owner) ?? new RuleCheck(input, owner);
    checks.set(owner, check);
    check.add(tile, delta, changes);
    if (tile !== check.lastTile) continue;
    reports.set(owner, await check.report());
    checks.delete(owner);
  }
  const rules = policy.rules.flatMap((_, index) => reports.get(index) ?? []);
  onProgress("comparing tiles", manifest.tileCount, manifest.tileCount);
  const frozenViolations = frozen.report();
  const holds = frozenViolations.length === 0 && rules.every(({ violations }) => violations.length === 0);
  return { holds, rules, frozenViolations };
}

/** Tensors that changed outside all rules. */
class FrozenCheck {
  readonly #pair: TilePair;
  readonly #changes = new Map<string, TensorChange>();
  readonly #tiles = new Map<string, number[]>();

  constructor(pair: TilePair) {
    this.#pair = pair;
  }

  add(changes: readonly TensorChange[]): void {
    for (const change of changes) {
      this.#changes.set(change.tensor, addChanges(this.#changes.get(change.tensor), change));
      const tiles = this.#tiles.get(change.tensor) ?? [];
      tiles.push(change.largest.tile);
      this.#tiles.set(change.tensor, tiles);
    }
  }

  report(): FrozenViolation[] {
    const { manifest } = this.#pair;
    const ranges = tileRanges(manifest);
    return [...this.#changes.values()].map(({ tensor, nonzeros, sumSquares, largest }) => ({
      tensor,
      tiles: this.#tiles.get(tensor) ?? [],
      changedWeights: nonzeros,
      change: { sumSquares, norm: normOf(sumSquares, rangeOfTile(ranges, largest.tile).fractionBits) },
      largest: nameEntry(manifest, largest.tile, largest.x, BigInt(largest.value), 0),
    }));
  }
}
