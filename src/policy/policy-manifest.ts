import { InputError } from "../errors/errors.js";
import { classTable } from "../quantize/class-table.js";
import type { Manifest } from "../quantize/manifest.js";
import { assertPolicyFitsClasses, type Policy } from "./rule.js";

/**
 * What PROTOCOL 3 asks of a policy beyond `assertPolicy`: units fit the tiles' fraction bits, and, which only the manifest
 * can tell, a rank rule covers exactly one grid tensor. The registry has no manifest and cannot check the latter; whoever
 * relies on a policy must. Throws `InputError` naming the rule.
 */
export function assertPolicyFitsManifest(policy: Policy, manifest: Manifest): void {
  assertPolicyFitsClasses(policy, classTable(manifest));
  policy.rules.forEach(({ maxRank, ranges: [range], gridCols }, index) => {
    if (maxRank === 0) return;
    const covered = manifest.tensors.find(
      (tensor) =>
        tensor.kind === "grid" &&
        tensor.firstTile === range?.firstTile &&
        tensor.gridCols === gridCols &&
        tensor.gridRows * tensor.gridCols === range.tileCount,
    );
    if (covered === undefined) {
      throw new InputError(`policy rule ${index}: a rank rule must cover exactly one tensor that has tiles of its own`);
    }
  });
}
