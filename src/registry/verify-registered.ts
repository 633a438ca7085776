import type { Hex } from "../algebra/hex.js";
import {
  type FtiError,
  InputError,
  RegistryError,
  UnavailableError,
  type VerificationError,
} from "../errors/errors.js";
import type { SentOnChain } from "../certificate/certificate.js";
import { encodeManifest, type Manifest } from "../quantize/manifest.js";
import type { TrustAnchors } from "../segment/trust-anchors.js";
import { verifyCertificate, verifyWithoutManifest, type CertificateResult } from "../certificate/verify-certificate.js";
import { proofChecks, type CheckMade } from "../certificate/check-made.js";
import { fetchCertificate, type FetchCertificateInput, type FetchedCertificate } from "./fetch-certificate.js";

/** Verifies a certificate under the caller's anchors. `manifest`: a chain has only its hash. */
export type CertificateVerifier = (
  certificate: SentOnChain,
  manifest: Manifest | undefined,
) => CertificateResult | Promise<CertificateResult>;

export interface VerifyRegisteredInput extends FetchCertificateInput {
  /** The models' manifest, without which it is not checked that the policy fits the tensors. */
  readonly manifest?: Manifest | undefined;
  /** For callers whose thread must not stand still: by default proofs are verified on this one. */
  readonly verifier?: CertificateVerifier | undefined;
}

/** The verifier on this thread. */
export function verifierUnder(anchors: TrustAnchors): (...args: Parameters<CertificateVerifier>) => CertificateResult {
  return (certificate, manifest) =>
    manifest === undefined
      ? verifyWithoutManifest(certificate, anchors)
      : verifyCertificate({ ...certificate, manifest: encodeManifest(manifest) }, anchors);
}

/** What came of verifying a certificate that a registry has. "Invalid" and "could not check" are different outcomes. */
export type RegisteredVerification =
  | {
      readonly outcome: "verified";
      readonly checks: readonly CheckMade[];
      /** What was not checked, in words. */
      readonly notMade: readonly string[];
      readonly fetched: FetchedCertificate;
    }
  | { readonly outcome: "invalid"; readonly error: VerificationError }
  | { readonly outcome: "could-not-check"; readonly error: FtiError };

const NODES_WORD = "that it is registered, and not revoked or superseded since: that is taken from the RPC node";

/**
 * Verifies a registered certificate with the caller's own keys, on the calldata that registered it: everything that the
 * registry has checked, so that neither the node nor the registry's verifiers need to be trusted for it. Throws for bugs
 * only.
 */
export async function verifyRegistered(input: VerifyRegisteredInput): Promise<RegisteredVerification> {
  const { manifest, verifier = verifierUnder(input.anchors) } = input;
  try {
    const fetched = await fetchCertificate(input);
    if (fetched === undefined) throw unregistered(input.certificateId);
    const result = await verifier(fetched.certificate, manifest);
    if (!result.valid) return { outcome: "invalid", error: result.error };
    const checks = [
      { check: "the certificate's id is that of its models, policy, publisher, registry and chain", ok: true },
      ...proofChecks(result),
      ...(manifest === undefined ? [] : [{ check: "the policy fits the tensors of the manifest", ok: true }]),
    ];
    const notMade = [
      ...(manifest === undefined ? ["that the policy fits the tensors: the manifest is missing"] : []),
      NODES_WORD,
    ];
    return { outcome: "verified", checks, notMade, fetched };
  } catch (error) {
    const isMissing =
      error instanceof UnavailableError || error instanceof InputError || error instanceof RegistryError;
    if (isMissing) return { outcome: "could-not-check", error };
    throw error;
  }
}

function unregistered(id: Hex): UnavailableError {
  return new UnavailableError(`the RPC node does not have the registration of certificate ${id}`, {
    remedy: "Use an RPC node that keeps logs, and check the block of the deployment.",
  });
}
