import type { Signer } from "ethers";
import type { ModelParts } from "../commitment/model-id.js";
import type { Hex } from "../algebra/hex.js";
import { eventArguments, inclusionOf, sendToRegistry, type Inclusion } from "./call.js";
import { sendCall, type RegistryConnection } from "./connection.js";
import { encodeRegisterModel, encodeRegisterPolicy, type Metadata, type PolicyOfBase } from "./encode.js";

/** `isRestricted`: only publishers that the signer allows can certify from it, for good. */
export async function registerModel(
  { address }: RegistryConnection,
  signer: Signer,
  parts: ModelParts,
  manifestURI = "",
  { isRestricted }: { readonly isRestricted?: boolean } = {},
): Promise<Inclusion & { readonly modelId: Hex }> {
  const receipt = await sendToRegistry(signer, address, encodeRegisterModel(parts, manifestURI, isRestricted));
  const { modelId } = eventArguments(receipt, address, "ModelRegistered");
  return { ...inclusionOf(receipt), modelId };
}

/** Allows or forbids a publisher to certify from a restricted model of the signer. */
export function setDeriver(
  registry: RegistryConnection,
  signer: Signer,
  modelId: Hex,
  publisher: Hex,
  isAllowed: boolean,
): Promise<Inclusion> {
  return sendCall(registry, signer, "setDeriver", [modelId, publisher, isAllowed]);
}

/** Registers a policy for a base, with the class table by which the registry derives units. */
export async function registerPolicy(
  { address }: RegistryConnection,
  signer: Signer,
  policy: PolicyOfBase,
): Promise<Inclusion & { readonly policyId: Hex }> {
  const receipt = await sendToRegistry(signer, address, encodeRegisterPolicy(policy));
  const { policyId } = eventArguments(receipt, address, "PolicyRegistered");
  return { ...inclusionOf(receipt), policyId };
}

/** Says where more about a model, policy or certificate can be found. */
export function publishMetadata(
  registry: RegistryConnection,
  signer: Signer,
  subjectId: Hex,
  metadata: Metadata,
): Promise<Inclusion> {
  return sendCall(registry, signer, "publishMetadata", [subjectId, metadata]);
}
