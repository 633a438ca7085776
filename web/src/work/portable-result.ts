import { type CertificateResult, VerificationError } from "fine-tuning-integrity";

/** A `CertificateResult` that passes between threads: classes do not, so that the error is there in its words. */
export type PortableResult =
  | Extract<CertificateResult, { valid: true }>
  | { readonly valid: false; readonly phase: string; readonly detail: string; readonly remedy: string | undefined };

export function portable(result: CertificateResult): PortableResult {
  if (result.valid) return result;
  const { phase, shortMessage, remedy } = result.error;
  return { valid: false, phase, detail: shortMessage.slice(`${phase}: `.length), remedy };
}

/** The result as it was on the other thread. */
export function resultOf(sent: PortableResult): CertificateResult {
  if (sent.valid) return sent;
  const { phase, detail, remedy } = sent;
  return { valid: false, error: new VerificationError(phase, detail, remedy === undefined ? {} : { remedy }) };
}
