import type { Signer } from "ethers";
import type { Certificate } from "../certificate/certificate.js";
import { modelId } from "../commitment/model-id.js";
import { policyId } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
import type { CertifyTerms } from "./encode.js";

/** Where signed requests count, and until when (seconds since 1970). */
export interface SigningTerms {
  readonly chainId: bigint;
  readonly registry: Hex;
  /** The publisher's `nonces` in the registry. */
  readonly nonce: bigint;
  readonly deadline: number;
}

const field = (type: string, name: string): { type: string; name: string } => ({ type, name });

/** EIP-712 types of `certifyFor`. */
export const CERTIFY_TYPES = {
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
export const REVOKE_TYPES = {
  Revoke: [
    field("address", "publisher"),
    field("bytes32[]", "certificateIds"),
    field("string", "reason"),
    field("uint256", "nonce"),
    field("uint256", "deadline"),
  ],
};

const domain = ({ chainId, registry }: SigningTerms): Record<string, unknown> => ({
  name: "DriftRegistry",
  version: "2",
  chainId,
  verifyingContract: registry,
});

/** The certificate's publisher lets anybody register it. */
export async function signCertify(
  publisher: Signer,
  certificate: Certificate,
  signing: SigningTerms,
  terms: CertifyTerms = {},
): Promise<Hex> {
  const { nonce, deadline } = signing;
  const request = {
    publisher: certificate.publisher,
    baseModelId: modelId(certificate.base),
    tunedModelId: modelId(certificate.tuned),
    policyId: policyId(certificate.policy),
    expiresAt: terms.expiresAt ?? 0,
    metadataURI: terms.metadata?.uri ?? "",
    metadataHash: terms.metadata?.contentHash ?? `0x${"00".repeat(32)}`,
    nonce,
    deadline,
  };
  return (await publisher.signTypedData(domain(signing), CERTIFY_TYPES, request)) as Hex;
}

/** The publisher lets anybody revoke these certificates. */
export async function signRevoke(
  signer: Signer,
  request: { readonly publisher: Hex; readonly certificateIds: readonly Hex[]; readonly reason: string },
  signing: SigningTerms,
): Promise<Hex> {
  const { nonce, deadline } = signing;
  return (await signer.signTypedData(domain(signing), REVOKE_TYPES, { ...request, nonce, deadline })) as Hex;
}
