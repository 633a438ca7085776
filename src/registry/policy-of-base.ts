import type { CommittedModel } from "../commitment/committed-model.js";
import { modelId } from "../commitment/model-id.js";
import type { Policy } from "../policy/rule.js";
import { InputError } from "../errors/errors.js";
import { classTable } from "../quantize/class-table.js";
import type { PolicyOfBase } from "./encode.js";

/**
 * A policy as it is registered: with its base and the fraction bits of the base's tiles, from which the registry derives how
 * much squares count. Throws `InputError` if it is about another base.
 */
export function policyOfBase(policy: Policy, base: Pick<CommittedModel, "parts" | "manifest">): PolicyOfBase {
  const id = modelId(base.parts);
  if (policy.baseModelId !== id) {
    throw new InputError(`the policy is about the base ${policy.baseModelId}, not about ${id}`, {
      remedy: "Give the committed file of the base that the policy was made for.",
    });
  }
  return { policy, base: base.parts, classes: classTable(base.manifest) };
}
