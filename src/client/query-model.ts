import { assertPolicyFitsManifest } from "../drift/policy-manifest.js";
import type { Policy } from "../drift/rule.js";
import { keccakText } from "../encoding/keccak.js";
import type { Hex } from "../encoding/hex.js";
import { InputError } from "../errors/errors.js";
import { parseManifest } from "../quantize/manifest.js";
import type { DriftRegistryClient } from "../registry/client.js";
import type { CertificateStatus, RegisteredCertificate, RegisteredModel } from "../registry/records.js";

/** A certificate that leads to the model, with its policy. */
export interface FoundCertificate {
  readonly certificate: RegisteredCertificate;
  readonly policy: Policy | undefined;
  /**
   * Why the policy means nothing for the model. The registry has no manifest and cannot see that the tiles of a rule
   * share one `f` and that a rank rule covers one tensor; with the manifest it is checked here.
   */
  readonly policyProblem: string | undefined;
}

/** What the registry knows of a model. */
export interface ModelStanding {
  readonly modelId: Hex;
  /** `undefined` if nobody registered it. */
  readonly model: RegisteredModel | undefined;
  /** Oldest first. */
  readonly certificates: readonly FoundCertificate[];
  /** An active certificate leads to the model, and its policy has no problem that is known. */
  readonly isCertified: boolean;
}

export interface QueryModelInput {
  readonly registry: DriftRegistryClient;
  readonly modelId: Hex;
  /** Canonical JSON of the model's manifest, against which policies are checked. */
  readonly manifest?: string | undefined;
  /** Oldest block to search. */
  readonly fromBlock?: number | undefined;
}

/**
 * Asks a registry for a model and all certificates that lead to it. Throws `InputError` if the manifest is another
 * model's, `UnavailableError`, `RegistryError`.
 */
export async function queryModel({ registry, modelId, manifest, fromBlock }: QueryModelInput): Promise<ModelStanding> {
  const model = await registry.getModel(modelId);
  if (model !== undefined && manifest !== undefined && model.manifestHash !== keccakText(manifest)) {
    throw new InputError(`model ${modelId} has another manifest than the given base`, {
      remedy: "Give the base from which the model was made, or none.",
    });
  }
  const certificates: FoundCertificate[] = [];
  for (const certificate of await registry.findByTunedModel(modelId, fromBlock)) {
    const policy = await registry.getPolicy(certificate.policyId);
    certificates.push({ certificate, policy, policyProblem: problemOf(policy, manifest) });
  }
  const isCertified = certificates.some(
    ({ certificate, policyProblem }) => currentStatus(certificate) === "active" && policyProblem === undefined,
  );
  return { modelId, model, certificates, isCertified };
}

/**
 * The status by the node and by the clock here: a node that is behind, or lies, does not make an expired certificate valid.
 * `now`: milliseconds since 1970.
 */
export function currentStatus(certificate: RegisteredCertificate, now = Date.now()): CertificateStatus {
  const { status, expiresAt } = certificate;
  return status === "active" && expiresAt !== undefined && expiresAt * 1000 <= now ? "expired" : status;
}

function problemOf(policy: Policy | undefined, manifest: string | undefined): string | undefined {
  if (policy === undefined) return "the registry does not know the policy";
  if (manifest === undefined) return undefined;
  try {
    assertPolicyFitsManifest(policy, parseManifest(JSON.parse(manifest)));
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.shortMessage;
    throw error;
  }
}
