import type { Signer } from "ethers";
import type { Certificate } from "../certificate/certificate.js";
import { modelId } from "../commitment/model-id.js";
import { policyId } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
import { encodeCall } from "./abi-values.js";
import { sendToRegistry, type Inclusion } from "./call.js";
import { callView, chainIdOf, sendCall, type RegistryConnection } from "./connection.js";
import { certifiedBy, routedParams, type Certified, type CertifyOptions } from "./write-certificates.js";

const field = (type: string, name: string): { type: string; name: string } => ({ type, name });

/** EIP-712 types of `certifyFor`. */
const CERTIFY_TYPES = {
  Certify: [
    field("address", "publisher"),
    field("bytes32", "baseModelId"),
    field("bytes32", "tunedModelId"),
    field("bytes32", "policyId"),
    field("uint256", "expiresAt"),
    field("string", "metadataURI"),
    field("bytes32", "metadataHash"),
    field("uint256", "nonce"),
    field("uint256", "deadline"),
  ],
};

/** EIP-712 types of `revokeFor`. */
const REVOKE_TYPES = {
  Revoke: [
    field("address", "publisher"),
    field("bytes32[]", "certificateIds"),
    field("string", "reason"),
    field("uint256", "nonce"),
    field("uint256", "deadline"),
  ],
};

/** How long a signed request counts. */
export interface DelegationOptions extends CertifyOptions {
  /** Seconds since 1970; by default an hour from now. */
  readonly deadline?: number | undefined;
}

/** A publisher's word that anybody can send, until the deadline (seconds since 1970). */
export interface SignedRequest {
  readonly signature: Hex;
  readonly deadline: number;
}

/** Certificates that a publisher wants to end. */
export interface RevokeRequest {
  readonly publisher: Hex;
  readonly certificateIds: readonly Hex[];
  readonly reason: string;
}

/** The publisher signs, and `certifyFor` with the result can be sent by anybody. */
export async function signCertify(
  registry: RegistryConnection,
  publisher: Signer,
  certificate: Certificate,
  { expiresAt = 0, metadata, deadline }: DelegationOptions = {},
): Promise<SignedRequest> {
  const request = {
    publisher: certificate.publisher,
    baseModelId: modelId(certificate.base),
    tunedModelId: modelId(certificate.tuned),
    policyId: policyId(certificate.policy),
    expiresAt,
    metadataURI: metadata?.uri ?? "",
    metadataHash: metadata?.contentHash ?? `0x${"00".repeat(32)}`,
  };
  return signRequest(registry, publisher, CERTIFY_TYPES, request, deadline);
}

/** Registers a certificate for its publisher, who has signed: with the same terms. */
export async function certifyFor(
  registry: RegistryConnection,
  relayer: Signer,
  certificate: Certificate,
  { signature, deadline }: SignedRequest,
  options: CertifyOptions = {},
): Promise<Certified> {
  const params = await routedParams(registry, certificate, options);
  const data = encodeCall("certifyFor", [params, certificate.publisher, deadline, signature]);
  return certifiedBy(registry, await sendToRegistry(relayer, registry.address, data));
}

/** The publisher signs, and `revokeFor` with the result can be sent by anybody. `deadline`: as of `signCertify`. */
export function signRevoke(
  registry: RegistryConnection,
  publisher: Signer,
  request: RevokeRequest,
  deadline?: number,
): Promise<SignedRequest> {
  return signRequest(registry, publisher, REVOKE_TYPES, request, deadline);
}

/** Ends certificates of a publisher who has signed. */
export function revokeFor(
  registry: RegistryConnection,
  relayer: Signer,
  { publisher, certificateIds, reason }: RevokeRequest,
  { signature, deadline }: SignedRequest,
): Promise<Inclusion> {
  return sendCall(registry, relayer, "revokeFor", [certificateIds, reason, publisher, deadline, signature]);
}

const HOUR = 3_600;

/** A request counts once, in this registry on this chain: it carries the publisher's nonce there. */
async function signRequest(
  registry: RegistryConnection,
  signer: Signer,
  types: Record<string, { name: string; type: string }[]>,
  request: { readonly publisher: Hex },
  deadline = Math.floor(Date.now() / 1000) + HOUR,
): Promise<SignedRequest> {
  const domain = {
    name: "DriftRegistry",
    version: "2",
    chainId: await chainIdOf(registry),
    verifyingContract: registry.address,
  };
  const nonce = await callView(registry, "nonces", [request.publisher]);
  return { signature: (await signer.signTypedData(domain, types, { ...request, nonce, deadline })) as Hex, deadline };
}
