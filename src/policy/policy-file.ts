import * as z from "zod/mini";
import type { Hex } from "../algebra/hex.js";
import { strict, word } from "../algebra/json-forms.js";
import { FormatError } from "../errors/errors.js";
import { firstIssue } from "../errors/first-issue.js";
import { decodeRule, encodeRule, ruleSchema } from "./rule-codec.js";
import { policyId, type Policy } from "./rule.js";

export const POLICY_FORMAT = "fine-tuning-integrity/policy";
export const POLICY_VERSION = 2;

const policySchema = strict({
  format: z.literal(POLICY_FORMAT),
  version: z.literal(POLICY_VERSION),
  policyId: word,
  baseModelId: word,
  rules: z.array(ruleSchema).check(z.minLength(1)),
});

/** The text of a policy's file: JSON; bounds are decimal strings, the id comes with it. */
export function encodePolicy(policy: Policy): string {
  const file: z.infer<typeof policySchema> = {
    format: POLICY_FORMAT,
    version: POLICY_VERSION,
    policyId: policyId(policy),
    baseModelId: policy.baseModelId,
    rules: policy.rules.map(encodeRule),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/**
 * Reads a policy file and recomputes its id. Whether the rules fit a model is `assertPolicy`'s and
 * `assertPolicyFitsManifest`'s to check. Throws `FormatError` naming the file and the field.
 */
export function parsePolicy(text: string, path: string): Policy {
  const remedy = "Expected a policy made by `fti policy`.";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(path, "is not JSON", { cause, remedy });
  }
  const parsed = policySchema.safeParse(json, { reportInput: true });
  if (!parsed.success) {
    throw new FormatError(path, firstIssue(parsed.error), { remedy });
  }
  const policy: Policy = {
    baseModelId: parsed.data.baseModelId as Hex,
    rules: parsed.data.rules.map(decodeRule),
  };
  const id = policyId(policy);
  if (id !== parsed.data.policyId) {
    throw new FormatError(path, `the policy id is ${parsed.data.policyId}, its rules give ${id}`, {
      remedy: "The file was changed. Make the policy again with `fti policy`.",
    });
  }
  return policy;
}
