import { assertPolicyFitsManifest } from "../policy/policy-manifest.js";
import type { Policy } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import { contradiction } from "./check-record.js";
import type { DriftRegistryClient } from "./client.js";
import type { CertificateStatus, RegisteredCertificate } from "./records.js";
import type { RegisteredVerification } from "./verify-registered.js";

/** A certificate that leads to a model, with its policy. */
export interface FoundCertificate {
  readonly certificate: RegisteredCertificate;
  readonly policy: Policy | undefined;
  /**
   * Why the policy means nothing for the model. The registry has no manifest and cannot see that the tiles of a rule
   * share one `f` and that a rank rule covers one tensor; with the manifest it is checked here.
   */
  readonly policyProblem: string | undefined;
  /** What came of verifying it, where that was asked for. */
  readonly verification: RegisteredVerification | undefined;
  /** Whether the registry's owner has frozen a verifying key that it was proven with, where that was asked. */
  readonly isKeyFrozen?: boolean | undefined;
}

/**
 * The status by the node and by the clock here: a node that is behind, or lies, does not make an expired certificate valid.
 * `now`: milliseconds since 1970.
 */
export function currentStatus(certificate: RegisteredCertificate, now = Date.now()): CertificateStatus {
  const { status, expiresAt } = certificate;
  return status === "active" && expiresAt !== undefined && expiresAt * 1000 <= now ? "expired" : status;
}

/**
 * The certificates that lead to a model, oldest first, with their policies; proofs are not verified. Throws
 * `UnavailableError` also where the node contradicts itself, `RegistryError`.
 */
export async function certificatesTo(
  registry: Pick<DriftRegistryClient, "findByTunedModel" | "getPolicy">,
  modelId: Hex,
  manifest: Manifest | undefined,
  fromBlock?: number,
): Promise<FoundCertificate[]> {
  const found: FoundCertificate[] = [];
  for (const certificate of await registry.findByTunedModel(modelId, fromBlock)) {
    const { certificateId, baseModelId, tunedModelId } = certificate;
    // Not asked for: another model's certificate must not certify this one.
    if (tunedModelId !== modelId.toLowerCase()) {
      throw contradiction(`certificate ${certificateId}`, `it does not lead to ${modelId}`);
    }
    const policy = await registry.getPolicy(certificate.policyId);
    if (policy !== undefined && policy.baseModelId !== baseModelId) {
      throw contradiction(`certificate ${certificateId}`, "its policy is of another base");
    }
    found.push({ certificate, policy, policyProblem: problemOf(policy, manifest), verification: undefined });
  }
  return found;
}

function problemOf(policy: Policy | undefined, manifest: Manifest | undefined): string | undefined {
  if (policy === undefined) return "the policy is not in the registry";
  if (manifest === undefined) return undefined;
  try {
    assertPolicyFitsManifest(policy, manifest);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.shortMessage;
    throw error;
  }
}
