import { describeFrozen, describeRules } from "./describe-policy.js";
import type { Policy } from "./rule.js";
import type { Manifest } from "../quantize/manifest.js";
import { describeExtensions } from "../quantize/extensions.js";
import { describeResolution } from "../quantize/resolution.js";

/** A policy in words, in two parts: what may have changed, and what may not. */
export interface PolicyWords {
  readonly mayChange: readonly string[];
  readonly mayNot: string;
  /** Tensors that one of the models may lack; nothing without the manifest. */
  readonly extensions: readonly string[];
  /** In which steps weights are compared, and what is not seen; nothing without the manifest. */
  readonly resolution: readonly string[];
  /** Whether the tensors' names and sizes are known, so that the words speak of weights. */
  readonly isExact: boolean;
}

/** What a policy says, sorted: `describePolicy` has it as one list. Without the manifest they speak of tiles and integer units. */
export function policyWords(policy: Policy, manifest: Manifest | undefined): PolicyWords {
  return {
    mayChange: describeRules(policy, manifest),
    mayNot: describeFrozen(policy, manifest),
    extensions: manifest === undefined ? [] : describeExtensions(manifest),
    resolution: manifest === undefined ? [] : describeResolution(manifest),
    isExact: manifest !== undefined,
  };
}
