import { type WrappedSegment, type CertificateHead } from "../segment/wrapped-segment.js";

export const CERTIFICATE_FORMAT = "fine-tuning-integrity/certificate";

export const CERTIFICATE_VERSION = 2;

/**
 * Everything a verifier needs but the trust anchors (SRS points and verifying keys): that `tuned` differs from
 * `base` only as `policy` allows, registered by `publisher` in one registry on one chain.
 */
export interface Certificate extends CertificateHead {
  readonly segments: readonly WrappedSegment[];
}

/** A certificate as a chain has it: of the manifest only the hash is there. */
export type SentOnChain = Omit<Certificate, "manifest">;
