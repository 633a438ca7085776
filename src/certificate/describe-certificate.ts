import type { ModelParts } from "../commitment/model-id.js";
import { modelId } from "../commitment/model-id.js";
import { decodeManifest } from "../quantize/manifest.js";
import { describeResolution } from "../quantize/resolution.js";
import type { Certificate } from "./certificate.js";
import { NOT_SAID } from "./not-said.js";
import type { BaseNorms } from "../policy/base-norms.js";
import { describePolicy } from "../policy/describe-policy.js";
import { driftWords } from "../policy/drift-words.js";
import { pathDrift } from "../policy/path-drift.js";

export interface CertificateWordsInput {
  /** Whether the keys under which it was verified are those of a development setup, whatever the certificate says. */
  readonly insecure: boolean;
  /** Whether both models' ids have been recomputed from weights. */
  readonly isRecomputed?: boolean;
  /** The base's norms, for bounds in percent. */
  readonly norms?: BaseNorms | undefined;
}

/** What a valid certificate says, and what it does not, in words (PROTOCOL 9). */
export interface CertificateWords {
  /** How far the fine-tune may be from its base at most, in one line. */
  readonly headline: string;
  readonly says: readonly string[];
  readonly doesNotSay: readonly string[];
}

/** Throws `InputError` for a policy that does not fit the manifest, of which nothing can be said. */
export function describeCertificate(
  certificate: Certificate,
  { insecure, isRecomputed = false, norms }: CertificateWordsInput,
): CertificateWords {
  const { base, tuned, policy, segments, publisher } = certificate;
  const manifest = decodeManifest(certificate.manifest);
  const changed = segments.reduce((sum, segment) => sum + segment.tiles.length, 0);
  const { headline, details } = driftWords(pathDrift([policy], manifest, norms));
  return {
    headline,
    says: [
      `Proven by ${publisher}: from ${short(base)} to ${short(tuned)}, ${changed} of ${base.tileCount} tiles changed, within:`,
      `In short: ${headline}.`,
      ...details,
      ...describePolicy(policy, manifest),
      ...describeResolution(manifest),
    ],
    doesNotSay: [
      ...NOT_SAID,
      ...(isRecomputed
        ? []
        : [
            "that these are the models you have: recompute their ids from the weights (--base-weights, --tune-weights);",
          ]),
      "that it is registered: query the registry (fti query).",
      ...(insecure
        ? ["ANYTHING AT ALL in fact: it was made with an INSECURE development setup, whose owner can forge proofs."]
        : []),
    ],
  };
}

function short(parts: ModelParts): string {
  return `${modelId(parts).slice(0, 10)}…`;
}
