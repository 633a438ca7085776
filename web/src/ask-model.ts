import { type Hex, type ModelAnswer, queryModel, type QueryModelInput } from "fine-tuning-integrity";
import { manifestOf } from "./manifests.js";

/**
 * What leads to a model, or, with a question, whether the model is certified. Policies are checked where this visit has met
 * the manifest, and proofs where there is a verifier. Throws as `queryModel`.
 */
export async function askModel(
  registry: QueryModelInput["registry"],
  modelId: Hex,
  asked: Pick<QueryModelInput, "question" | "verify" | "insecure"> = {},
): Promise<ModelAnswer> {
  const manifest = manifestOf((await registry.getModel(modelId))?.manifestHash);
  return queryModel({ registry, modelId, manifest, ...asked });
}
