import { stringify } from "yaml";
import { modelId } from "../../commitment/model-id.js";
import { certificateId } from "../certificate-id.js";
import type { Certificate } from "../certificate.js";
import { describeCertificate } from "../describe-certificate.js";

export interface ModelCardInput {
  readonly certificate: Certificate;
  /** The base's name on the hub: `organization/model`. */
  readonly baseName: string;
  /** The hub's word for the relation. */
  readonly relation: "finetune" | "adapter" | "merge" | "quantized";
  /** Where the certificate can be seen. */
  readonly link?: string | undefined;
}

/**
 * A part of a Hugging Face model card (README.md): metadata that names the base and the relation, and a section with what
 * is proven and how to check it. The hub does not check metadata; the certificate can be checked.
 */
export function modelCard({ certificate, baseName, relation, link }: ModelCardInput): string {
  const { insecure, chainId, registry, base, tuned } = certificate;
  const id = certificateId(certificate);
  const { says, doesNotSay } = describeCertificate(certificate, { insecure });
  const metadata = stringify({
    base_model: baseName,
    base_model_relation: relation,
    tags: ["fine-tuning-integrity"],
    fine_tuning_integrity: {
      certificate: id,
      model_id: modelId(tuned),
      base_model_id: modelId(base),
      chain_id: chainId.toString(),
      registry,
      ...(link === undefined ? {} : { link }),
    },
  });
  const shown = link === undefined ? `\`${id}\`` : `[\`${id}\`](${link})`;
  return [
    "---",
    metadata.trimEnd(),
    "---",
    "",
    "## Drift certificate",
    "",
    ...(insecure ? ["**INSECURE: made with a development setup. It proves nothing.**", ""] : []),
    `This model is certified as a ${relation} of \`${baseName}\`: certificate ${shown} in the registry \`${registry}\` on chain ${chainId}.`,
    "",
    ...says.map((line, i) => (i === 0 ? line : `- ${line}`)),
    "",
    "It does not say:",
    "",
    ...doesNotSay.map((line) => `- ${line}`),
    "",
    "Check it with your files (base.model.json comes from the publisher of the base):",
    "",
    "```sh",
    `fti query FILES --base base.model.json --rpc URL --registry ${registry}`,
    "```",
    "",
  ].join("\n");
}
