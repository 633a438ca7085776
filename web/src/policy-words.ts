import { describeFrozen, describeRules } from "../../src/policy/describe-policy.js";
import type { Policy } from "../../src/policy/rule.js";
import type { Manifest } from "../../src/quantize/manifest.js";
import { describeExtensions } from "../../src/quantize/extensions.js";
import { describeResolution } from "../../src/quantize/resolution.js";

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

/** The library's words for a policy, sorted. Without the manifest they speak of tiles and integer units. */
export function policyWords(policy: Policy, manifest: Manifest | undefined): PolicyWords {
  return {
    mayChange: describeRules(policy, manifest),
    mayNot: describeFrozen(policy, manifest),
    extensions: manifest === undefined ? [] : describeExtensions(manifest),
    resolution: manifest === undefined ? [] : describeResolution(manifest),
    isExact: manifest !== undefined,
  };
}

/** What no certificate says, whatever its policy (docs/protocol.md, section 9). */
export const NOT_SAID: readonly string[] = [
  "that the fine-tune is safe or good: a small change can change behavior;",
  "who trained it: only who registered it;",
  "that some server really runs this model;",
  "anything about changes below the quantization step;",
  "that the registrant knew the weights of a base that is private.",
];
