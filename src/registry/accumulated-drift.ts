import { currentStatus } from "./found-certificate.js";
import { assertPolicyFitsManifest } from "../policy/policy-manifest.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import { contradiction } from "./check-record.js";
import type { DriftRegistryClient } from "./client.js";
import type { DriftInterval, RegisteredCertificate } from "./records.js";

/** How far a model can be from its oldest ancestor, or by which certificate on the way that is not known. */
export interface AccumulatedDrift {
  readonly ancestorId: Hex;
  /** Certificates on the way. */
  readonly steps: number;
  readonly bounds:
    | { readonly isKnown: true; readonly intervals: readonly DriftInterval[] }
    | { readonly isKnown: false; readonly certificateId: Hex; readonly because: string };
}

/** The part of a registry's client that is used. */
export type DriftSource = Pick<DriftRegistryClient, "ancestors" | "getCertificate" | "getPolicy" | "driftFrom">;

/**
 * What the certificates by which a model descends allow together; `undefined` for a model without a parent. They are
 * checked by their ids, and their policies where the manifest is known: the sums are the node's word. Throws
 * `UnavailableError`, `RegistryError`.
 */
export async function accumulatedDrift(
  registry: DriftSource,
  modelId: Hex,
  manifest: Manifest | undefined,
): Promise<AccumulatedDrift | undefined> {
  const ancestors = await registry.ancestors(modelId);
  const oldest = ancestors.at(-1);
  if (oldest === undefined) return undefined;
  const about = { ancestorId: oldest.modelId, steps: ancestors.length };
  let below = modelId;
  for (const { certificateId, modelId: above } of ancestors) {
    const certificate = await registry.getCertificate(certificateId);
    if (certificate?.baseModelId !== above || certificate.tunedModelId !== below) {
      throw contradiction(`the ancestors of model ${modelId}`, `certificate ${certificateId} does not lead there`);
    }
    const because = await fault(registry, certificate, manifest);
    if (because !== undefined) return { ...about, bounds: { isKnown: false, certificateId, because } };
    below = above;
  }
  const intervals = await registry.driftFrom(modelId, oldest.modelId);
  return { ...about, bounds: { isKnown: true, intervals } };
}

/** Why a certificate bounds nothing. */
async function fault(
  registry: DriftSource,
  certificate: RegisteredCertificate,
  manifest: Manifest | undefined,
): Promise<string | undefined> {
  const status = currentStatus(certificate);
  if (status !== "active") return `it is ${status}`;
  const policy = await registry.getPolicy(certificate.policyId);
  if (policy === undefined) throw contradiction(`certificate ${certificate.certificateId}`, "it has no policy");
  try {
    if (manifest !== undefined) assertPolicyFitsManifest(policy, manifest);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return `its policy means nothing for these models: ${error.shortMessage}`;
    throw error;
  }
}
