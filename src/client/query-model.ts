import { assertPolicyFitsManifest } from "../drift/policy-manifest.js";
import type { Policy } from "../drift/rule.js";
import { keccakText } from "../encoding/keccak.js";
import type { Hex } from "../encoding/hex.js";
import { InputError } from "../errors/errors.js";
import { parseManifest } from "../quantize/manifest.js";
import { contradiction } from "../registry/check-record.js";
import type { DriftRegistryClient } from "../registry/client.js";
import type { CertificateStatus, RegisteredCertificate, RegisteredModel } from "../registry/records.js";
import { verifyRegistered, type RegisteredVerification, type VerifyRegisteredInput } from "./verify-registered.js";

/** A certificate that leads to the model, with its policy. */
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
}

/** The answer to "is it certified?". What could not be checked is neither yes nor no. */
export type ModelVerdict = "certified" | "not-certified" | "could-not-check";

/** What the registry knows of a model. */
export interface ModelStanding {
  readonly modelId: Hex;
  /** `undefined` if nobody registered it. */
  readonly model: RegisteredModel | undefined;
  /** Oldest first. */
  readonly certificates: readonly FoundCertificate[];
  readonly verdict: ModelVerdict;
  /** An active certificate leads to the model, its policy has no problem that is known, and no check of it failed or is missing. */
  readonly isCertified: boolean;
}

export interface QueryModelInput {
  readonly registry: DriftRegistryClient;
  readonly modelId: Hex;
  /** Canonical JSON of the model's manifest, against which policies are checked. */
  readonly manifest?: string | undefined;
  /** Oldest block to search. */
  readonly fromBlock?: number | undefined;
  /** Keys under which every active certificate is verified again; without them the registry is taken at its word. */
  readonly verify?: Pick<VerifyRegisteredInput, "anchors" | "insecure" | "verifier"> | undefined;
}

/**
 * Asks a registry for a model and all certificates that lead to it. Throws `InputError` if the manifest is another
 * model's, `UnavailableError` also where the node contradicts itself, `RegistryError`.
 */
export async function queryModel(input: QueryModelInput): Promise<ModelStanding> {
  const { registry, modelId, manifest, fromBlock } = input;
  const model = await registry.getModel(modelId);
  if (model !== undefined && manifest !== undefined && model.manifestHash !== keccakText(manifest)) {
    throw new InputError(`model ${modelId} has another manifest than the given base`, {
      remedy: "Give the base from which the model was made, or none.",
    });
  }
  const certificates: FoundCertificate[] = [];
  for (const certificate of await registry.findByTunedModel(modelId, fromBlock)) {
    certificates.push(await judged(input, certificate));
  }
  const verdict = verdictOf(certificates);
  return { modelId, model, certificates, verdict, isCertified: verdict === "certified" };
}

async function judged(input: QueryModelInput, certificate: RegisteredCertificate): Promise<FoundCertificate> {
  const { registry, modelId, manifest, verify } = input;
  const { certificateId, baseModelId, tunedModelId } = certificate;
  // Not asked for: another model's certificate must not certify this one.
  if (tunedModelId !== modelId.toLowerCase()) {
    throw contradiction(`certificate ${certificateId}`, `it does not lead to ${modelId}`);
  }
  const policy = await registry.getPolicy(certificate.policyId);
  if (policy !== undefined && policy.baseModelId !== baseModelId) {
    throw contradiction(`certificate ${certificateId}`, "its policy is of another base");
  }
  const verification =
    verify !== undefined && currentStatus(certificate) === "active"
      ? await verifyRegistered({ registry, certificateId, manifest, ...verify })
      : undefined;
  return { certificate, policy, policyProblem: problemOf(policy, manifest), verification };
}

/**
 * The status by the node and by the clock here: a node that is behind, or lies, does not make an expired certificate valid.
 * `now`: milliseconds since 1970.
 */
export function currentStatus(certificate: RegisteredCertificate, now = Date.now()): CertificateStatus {
  const { status, expiresAt } = certificate;
  return status === "active" && expiresAt !== undefined && expiresAt * 1000 <= now ? "expired" : status;
}

/** What a certificate is worth: "certified" if it is active, its policy means something, and no check failed or is missing. */
export function verdictOfCertificate({ certificate, policyProblem, verification }: FoundCertificate): ModelVerdict {
  if (currentStatus(certificate) !== "active" || policyProblem !== undefined) return "not-certified";
  if (verification?.outcome === "could-not-check") return "could-not-check";
  return verification?.outcome === "invalid" ? "not-certified" : "certified";
}

/** What certificates that lead to a model say of it together: one that is good in every respect is enough. */
export function verdictOf(certificates: readonly FoundCertificate[]): ModelVerdict {
  const verdicts = certificates.map(verdictOfCertificate);
  if (verdicts.includes("certified")) return "certified";
  return verdicts.includes("could-not-check") ? "could-not-check" : "not-certified";
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
