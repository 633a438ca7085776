import type { Signer, TransactionReceipt } from "ethers";
import type { Certificate } from "../certificate/certificate.js";
import { certificateId } from "../certificate/certificate-id.js";
import type { Hex } from "../algebra/hex.js";
import { eventArguments, inclusionOf, sendToRegistry, type Inclusion } from "./call.js";
import { sendCall, type RegistryConnection } from "./connection.js";
import { certifyParams, encodeCertify, type CertifyParams, type CertifyTerms, type RouteOfTier } from "./encode.js";
import { newestRoutes } from "./read-routes.js";
import type { Step } from "./records.js";
import { decodeRegistryFailure } from "./revert.js";

/** What a publisher adds to a certificate, and with which verifying keys it was proven. */
export interface CertifyOptions extends CertifyTerms {
  /** By default the newest of the tier's that is not frozen. */
  readonly routeOf?: RouteOfTier | undefined;
}

/** A certificate that was registered. */
export type Certified = Inclusion & { readonly certificateId: Hex; readonly tunedModelId: Hex };

/** Registers a certificate. The sender must be its publisher, or the proofs are not valid. */
export async function certify(
  registry: RegistryConnection,
  signer: Signer,
  certificate: Certificate,
  options: CertifyOptions = {},
): Promise<Certified> {
  const data = encodeCertify(await routedParams(registry, certificate, options));
  return certifiedBy(registry, await sendToRegistry(signer, registry.address, data));
}

/** Registers several certificates of the sender in one transaction, in this order: all or none. */
export async function certifyMany(
  registry: RegistryConnection,
  signer: Signer,
  certificates: readonly Certificate[],
  options: CertifyOptions = {},
): Promise<Inclusion & { readonly certificateIds: readonly Hex[] }> {
  const params: CertifyParams[] = [];
  for (const certificate of certificates) params.push(await routedParams(registry, certificate, options));
  const included = await sendCall(registry, signer, "certifyMany", [params]);
  return { ...included, certificateIds: certificates.map(certificateId) };
}

/** What `certify` would do, without sending it: throws what the registry would refuse with. */
export async function simulateCertify(
  registry: RegistryConnection,
  sender: Hex,
  certificate: Certificate,
  options: CertifyOptions = {},
): Promise<{ readonly gas: bigint }> {
  const data = encodeCertify(await routedParams(registry, certificate, options));
  try {
    return { gas: await registry.provider.estimateGas({ from: sender, to: registry.address, data }) };
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** Ends certificates of the signer, for good. */
export function revoke(
  registry: RegistryConnection,
  signer: Signer,
  certificateIds: readonly Hex[],
  reason: string,
): Promise<Inclusion> {
  return sendCall(registry, signer, "revoke", [certificateIds, reason]);
}

/** Ends a certificate of the signer in favor of another active one of the signer. */
export function supersede(registry: RegistryConnection, signer: Signer, oldId: Hex, newId: Hex): Promise<Inclusion> {
  return sendCall(registry, signer, "supersede", [oldId, newId]);
}

/** Makes an active certificate the one by which a model has a parent, where it has none that is active. */
export function adoptParent(
  registry: RegistryConnection,
  signer: Signer,
  { publisher, policyId }: Step,
  tunedModelId: Hex,
): Promise<Inclusion> {
  return sendCall(registry, signer, "adoptParent", [publisher, policyId, tunedModelId]);
}

/** A certificate as the contract takes it, with the routes of its verifying keys. */
export async function routedParams(
  registry: RegistryConnection,
  certificate: Certificate,
  { routeOf, ...terms }: CertifyOptions,
): Promise<CertifyParams> {
  if (routeOf !== undefined) return certifyParams(certificate, routeOf, terms);
  const routes = await newestRoutes(registry, certificate);
  return certifyParams(certificate, (tierId) => routes.get(tierId) as Hex, terms);
}

/** What a transaction has registered. */
export function certifiedBy({ address }: RegistryConnection, receipt: TransactionReceipt): Certified {
  const { certificateId: id, tunedModelId } = eventArguments(receipt, address, "CertificateRegistered");
  return { ...inclusionOf(receipt), certificateId: id, tunedModelId };
}
