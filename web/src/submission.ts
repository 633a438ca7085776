import { type Certificate, FormatError, type Hex, InputError, parseCertificate } from "fine-tuning-integrity";
import { certificateId } from "fine-tuning-integrity/registry";
import {
  CERTIFICATE_FORMAT,
  type CommittedModel,
  MODEL_FORMAT,
  modelId,
  parseModel,
  parsePolicy,
  type Policy,
  POLICY_FORMAT,
  policyId,
  SECRETS_FORMAT,
} from "fine-tuning-integrity/prove";

/** Something that can be registered, read from its file. */
export type Submission =
  | { readonly kind: "model"; readonly id: Hex; readonly model: CommittedModel }
  | { readonly kind: "policy"; readonly id: Hex; readonly policy: Policy }
  | { readonly kind: "certificate"; readonly id: Hex; readonly certificate: Certificate };

/** Reads a file by the format that it names. Throws `FormatError`; a secrets file is refused before it is read further. */
export function parseSubmission(text: string, name: string): Submission {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(name, "is not JSON", { remedy: EXPECTED, cause });
  }
  const format = typeof json === "object" && json !== null && "format" in json ? json.format : undefined;
  switch (format) {
    case MODEL_FORMAT: {
      const model = parseModel(text, name);
      return { kind: "model", id: modelId(model.parts), model };
    }
    case POLICY_FORMAT: {
      const policy = parsePolicy(text, name);
      return { kind: "policy", id: policyId(policy), policy };
    }
    case CERTIFICATE_FORMAT: {
      const certificate = parseCertificate(text, name);
      return { kind: "certificate", id: certificateId(certificate), certificate };
    }
    case SECRETS_FORMAT:
      throw new FormatError(name, "is the secret file of a private model", {
        remedy: "It is not needed to register anything. Keep it secret.",
      });
    default:
      throw new FormatError(name, "is nothing that can be registered", { remedy: EXPECTED });
  }
}

const EXPECTED = "Expected model.json, policy.json or certificate.json, as fti wrote them.";

/** Where and by whom something would be registered. */
export interface Destination {
  readonly chainId: bigint;
  readonly registry: Hex;
  readonly account: Hex;
}

/**
 * Throws `InputError` for a certificate that is bound to another chain, registry or publisher: its proof would not hold,
 * and its sender would pay for learning that.
 */
export function assertBelongs(submission: Submission, { chainId, registry, account }: Destination): void {
  if (submission.kind !== "certificate") return;
  const { certificate } = submission;
  const refuse = (what: string, wanted: unknown, actual: unknown, remedy: string): never => {
    throw new InputError(`the certificate is for ${what} ${String(wanted)}, not ${String(actual)}`, { remedy });
  };
  if (certificate.chainId !== chainId) refuse("chain", certificate.chainId, chainId, "Choose that chain.");
  if (certificate.registry !== registry) {
    refuse("the registry", certificate.registry, registry, "Enter that registry in the settings.");
  }
  if (certificate.publisher !== account) {
    refuse("the publisher", certificate.publisher, account, "Choose that account in the wallet, or prove again.");
  }
}
