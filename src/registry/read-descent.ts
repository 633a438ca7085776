import type { Hex } from "../algebra/hex.js";
import { callView, type RegistryConnection } from "./connection.js";
import { decodeAncestor, decodeDriftInterval, type Ancestor, type DriftInterval, type Step } from "./records.js";

// What the contract itself works out about descent. All of it is the node's word.

/** Whether that publisher's certificate is active: registered, not expired, superseded or revoked. */
export function isCertified(
  registry: RegistryConnection,
  publisher: Hex,
  baseModelId: Hex,
  tunedModelId: Hex,
  policyId: Hex,
): Promise<boolean> {
  return callView(registry, "isCertified", [publisher, baseModelId, tunedModelId, policyId]);
}

/** Whether a publisher may certify from a model. */
export function mayDerive(registry: RegistryConnection, modelId: Hex, publisher: Hex): Promise<boolean> {
  return callView(registry, "mayDerive", [modelId, publisher]);
}

/** Models on the way up from a model, the nearest first. */
export async function ancestors(registry: RegistryConnection, modelId: Hex, most = 64): Promise<Ancestor[]> {
  return (await callView(registry, "ancestors", [modelId, most])).map(decodeAncestor);
}

/** How far a model can be from an ancestor, over the active certificates by which it descends. */
export async function driftFrom(
  registry: RegistryConnection,
  modelId: Hex,
  ancestorId: Hex,
  most = 64,
): Promise<DriftInterval[]> {
  return (await callView(registry, "driftFrom", [modelId, ancestorId, most])).map(decodeDriftInterval);
}

/** How far a model can be from the first certificate's base, over active certificates that lead to each other. */
export async function driftAlong(
  registry: RegistryConnection,
  steps: readonly Step[],
  tunedModelId: Hex,
): Promise<DriftInterval[]> {
  return (await callView(registry, "accumulatedDrift", [steps, tunedModelId])).map(decodeDriftInterval);
}

/** Whether what the certificates by which a model descends allow together is what a policy of the ancestor allows. */
export function isWithin(registry: RegistryConnection, modelId: Hex, ancestorId: Hex, policyId: Hex): Promise<boolean> {
  return callView(registry, "isWithin", [modelId, ancestorId, policyId]);
}

/** As `isWithin`, over a path of active certificates, the oldest first: a model can have several parents. */
export function isWithinBy(
  registry: RegistryConnection,
  steps: readonly Step[],
  modelId: Hex,
  policyId: Hex,
): Promise<boolean> {
  return callView(registry, "isWithinBy", [steps, modelId, policyId]);
}
