import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import { tileContents } from "../quantize/tile-contents.js";
import type { Policy } from "./rule.js";

/**
 * What PROTOCOL 3 asks of a policy beyond `assertPolicy`, and only the manifest can tell: the tiles of a rule
 * share one `f`, and a rank rule covers exactly one grid tensor. The registry has no manifest and cannot check
 * this; whoever relies on a policy must. Throws `InputError` naming the rule.
 */
export function assertPolicyFitsManifest(policy: Policy, manifest: Manifest): void {
  const contents = tileContents(manifest);
  policy.rules.forEach((rule, index) => {
    const tiles = contents.slice(rule.firstTile, rule.firstTile + rule.tileCount);
    const bits = new Set(tiles.map((tile) => tile.fractionBits));
    if (bits.size > 1) {
      throw new InputError(`policy rule ${index}: its tiles have different fraction bits (${[...bits].join(", ")})`, {
        remedy: "Write one rule for each.",
      });
    }
    if (rule.maxRank === 0) return;
    const covered = manifest.tensors.find(
      (tensor) =>
        tensor.kind === "grid" &&
        tensor.firstTile === rule.firstTile &&
        tensor.gridCols === rule.gridCols &&
        tensor.gridRows * tensor.gridCols === rule.tileCount,
    );
    if (covered === undefined) {
      throw new InputError(`policy rule ${index}: a rank rule must cover exactly one tensor that has tiles of its own`);
    }
  });
}
