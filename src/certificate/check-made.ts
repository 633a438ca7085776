import type { CertificateResult } from "./verify-certificate.js";

/** One check that was made, in words. */
export interface CheckMade {
  readonly check: string;
  readonly ok: boolean;
}

/** What verifying a certificate has checked, in words. */
export function proofChecks(result: CertificateResult): CheckMade[] {
  if (!result.valid) return [{ check: `the proof: ${result.error.phase}`, ok: false }];
  return [
    { check: "both models share manifest and SRS, and the policy is about the base", ok: true },
    { check: "every changed tile belongs to both models, every other tile is unchanged", ok: true },
    { check: "the Groth16 proofs are valid for this publisher, registry and chain", ok: true },
    { check: "the combined commitments open as the proofs claim", ok: true },
  ];
}
