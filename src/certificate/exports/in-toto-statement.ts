import { modelId } from "../../commitment/model-id.js";
import { policyId } from "../../policy/rule.js";
import { InputError } from "../../errors/errors.js";
import type { Provenance } from "../../model/provenance.js";
import { certificateId } from "../certificate-id.js";
import type { Certificate } from "../certificate.js";
import { describeCertificate } from "../describe-certificate.js";

/** What the predicate is; its meaning is docs/exports.md's. */
export const PREDICATE_TYPE = "urn:fine-tuning-integrity:drift-certificate:v1";

/** An in-toto Statement (github.com/in-toto/attestation, spec v1) about a fine-tuned model. */
export interface InTotoStatement {
  readonly _type: "https://in-toto.io/Statement/v1";
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[];
  readonly predicateType: typeof PREDICATE_TYPE;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/**
 * A certificate as a statement about its fine-tune: the subject is the model id, and the files if their digests are
 * known. It repeats what the certificate says; the proof is the certificate's, not the statement's.
 * Throws `InputError` for the provenance of no file.
 */
export function inTotoStatement(certificate: Certificate, files: Provenance["files"] = []): InTotoStatement {
  const { base, tuned, policy, chainId, registry, publisher, insecure, segments } = certificate;
  for (const { name, sha256 } of files) {
    if (!/^[0-9a-f]{64}$/u.test(sha256))
      throw new InputError(`${name}: ${JSON.stringify(sha256)} is not a SHA-256 digest`);
  }
  const tunedId = modelId(tuned);
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      { name: "model", digest: { "fti-model-id-v1": tunedId.slice(2) } },
      ...files.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    ],
    predicateType: PREDICATE_TYPE,
    predicate: {
      baseModelId: modelId(base),
      tunedModelId: tunedId,
      policyId: policyId(policy),
      certificateId: certificateId(certificate),
      chainId: chainId.toString(),
      registry,
      publisher,
      srsId: base.srsId,
      tileCount: base.tileCount,
      changedTiles: segments.reduce((sum, { tiles }) => sum + tiles.length, 0),
      insecure,
      ...wordsOf(certificate),
    },
  };
}

function wordsOf(certificate: Certificate): Readonly<Record<string, unknown>> {
  const { says, doesNotSay } = describeCertificate(certificate, { insecure: certificate.insecure });
  return { says, doesNotSay };
}
