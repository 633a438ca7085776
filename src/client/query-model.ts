import type { Policy } from "../drift/rule.js";
import type { Hex } from "../encoding/hex.js";
import type { DriftRegistryClient } from "../registry/client.js";
import type { RegisteredCertificate, RegisteredModel } from "../registry/records.js";

/** A certificate that leads to the model, with its policy. */
export interface FoundCertificate {
  readonly certificate: RegisteredCertificate;
  readonly policy: Policy | undefined;
}

/** What the registry knows of a model. */
export interface ModelStanding {
  readonly modelId: Hex;
  /** `undefined` if nobody registered it. */
  readonly model: RegisteredModel | undefined;
  /** Oldest first. */
  readonly certificates: readonly FoundCertificate[];
}

/** Asks a registry for a model and all certificates that lead to it. Throws `UnavailableError`, `RegistryError`. */
export async function queryModel(registry: DriftRegistryClient, modelId: Hex, fromBlock = 0): Promise<ModelStanding> {
  const model = await registry.getModel(modelId);
  const certificates: FoundCertificate[] = [];
  for (const certificate of await registry.findByTunedModel(modelId, fromBlock)) {
    certificates.push({ certificate, policy: await registry.getPolicy(certificate.policyId) });
  }
  return { modelId, model, certificates };
}
