import { type Hex, InputError, verifyCertificate } from "fine-tuning-integrity";
import { certificateId, proofChecks } from "fine-tuning-integrity/registry";
import { type CheckMade, type SentOnChain, verifyWithoutManifest } from "fine-tuning-integrity/prove";
import { openAnchors, type AnchorFiles } from "./anchor-files.js";
import { portable, type PortableResult } from "./portable-result.js";

/** A certificate, of a file or from a chain, whose proofs are to be checked. */
export interface VerifyJob {
  readonly kind: "verify";
  readonly certificate: SentOnChain;
  /** Canonical JSON, of which a chain has only the hash. */
  readonly manifest: string | undefined;
  readonly files: AnchorFiles;
}

export interface Verified {
  readonly result: PortableResult;
  readonly checks: readonly CheckMade[];
  readonly certificateId: Hex;
  readonly srsId: Hex;
  /** A key among the files proves nothing, whatever they say. */
  readonly hasHollowKey: boolean;
}

/** Every check that the registry makes. Throws `InputError` or `FormatError` for files that cannot be used. */
export async function verify({ certificate, manifest, files }: VerifyJob): Promise<Verified> {
  const { anchors, hasHollowKey } = await openAnchors(files);
  if (certificate.base.srsId !== anchors.srsId) {
    throw new InputError(
      `${files.srs.name}: is the SRS ${anchors.srsId}, the certificate is under ${certificate.base.srsId}`,
      {
        remedy: "Give the SRS of the registry that the certificate is for.",
      },
    );
  }
  const result =
    manifest === undefined
      ? verifyWithoutManifest(certificate, anchors)
      : verifyCertificate({ ...certificate, manifest }, anchors);
  return {
    result: portable(result),
    checks: proofChecks(result),
    certificateId: certificateId(certificate),
    srsId: anchors.srsId,
    hasHollowKey,
  };
}
