import type { ModelParts } from "../commitment/model-id.js";
import { modelId } from "../commitment/model-id.js";
import { parseManifest } from "../quantize/manifest.js";
import type { Certificate } from "../wrap/certificate.js";
import { describePolicy } from "../policy/describe-policy.js";

/**
 * What a valid certificate says, and what it does not, in words (PROTOCOL 9). `insecure`: whether the keys under which
 * it was verified are those of a development setup, whatever the certificate itself says. `isRecomputed`: whether both
 * models' ids have been recomputed from weights.
 */
export function describeCertificate(
  certificate: Certificate,
  insecure: boolean,
  isRecomputed = false,
): {
  readonly says: string[];
  readonly doesNotSay: string[];
} {
  const { base, tuned, policy, segments, publisher } = certificate;
  const changed = segments.reduce((sum, segment) => sum + segment.tiles.length, 0);
  return {
    says: [
      `${publisher} knew the change from ${short(base)} to ${short(tuned)} in ${changed} of ${base.tileCount} tiles, and it follows the policy:`,
      ...describePolicy(policy, parseManifest(JSON.parse(certificate.manifest))),
    ],
    doesNotSay: [
      "that the model behaves safely: a small change can change behaviour;",
      ...(isRecomputed
        ? []
        : [
            "that these are the models you have: recompute their ids from the weights (--base-weights, --tune-weights);",
          ]),
      "that it is registered: ask the registry (fti query).",
      ...(insecure
        ? ["ANYTHING AT ALL in fact: it was made with an INSECURE development setup, whose owner can forge proofs."]
        : []),
    ],
  };
}

function short(parts: ModelParts): string {
  return `${modelId(parts).slice(0, 10)}…`;
}
