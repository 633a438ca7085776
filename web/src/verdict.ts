import {
  currentStatus,
  verdictOfCertificate,
  type FoundCertificate,
  type ModelStanding,
} from "../../src/client/query-model.js";
import { FtiError } from "../../src/errors/errors.js";
import type { KeyOrigin } from "./settings.js";
import { counted } from "./words.js";

/** Three different things, and nothing between them. What could not be asked is never "not certified". */
export type VerdictState = "certified" | "not-certified" | "could-not-check";

export interface Verdict {
  readonly state: VerdictState;
  readonly headline: string;
  readonly detail: string;
  /** What to do about it, where there is something. */
  readonly remedy?: string | undefined;
  /** The keys are known to be those of a development set-up: the certificate proves nothing. */
  readonly isInsecure: boolean;
}

/** What the registry's answer about a model means. */
export function verdictOf(standing: ModelStanding, keys: KeyOrigin): Verdict {
  const { isCertified, verdict, certificates, model } = standing;
  if (isCertified) {
    const certifying = certificates.filter((each) => verdictOfCertificate(each) === "certified");
    const good = certifying.length;
    // The registry may be a stranger's, whose keys nobody speaks of: those that its proofs are valid under count too.
    const isInsecure = keys === "development" || certifying.some(isUnderInsecureKeys);
    return {
      state: "certified",
      headline: isInsecure ? "Certified under INSECURE keys: proves nothing" : "Certified",
      detail: isInsecure
        ? "The registry holds a certificate, but its keys are those of a development set-up, whose owner can forge any proof."
        : `${counted(good, "certificate")} in this registry ${good === 1 ? "leads" : "lead"} to this model.`,
      isInsecure,
    };
  }
  if (verdict === "could-not-check") {
    const verifications = certificates.map(({ verification }) => verification);
    return couldNotCheck(verifications.find((each) => each?.outcome === "could-not-check")?.error);
  }
  if (certificates.length > 0) {
    return {
      state: "not-certified",
      headline: "Not certified",
      detail: `Certificates lead to this model, but ${whyNot(certificates)}.`,
      isInsecure: false,
    };
  }
  return {
    state: "not-certified",
    headline: "Not certified",
    detail:
      model === undefined
        ? "This registry does not know the model. Another registry or chain may."
        : "The model is registered, but no certificate leads to it: it is a base, or nobody has proven anything about it.",
    isInsecure: false,
  };
}

function isUnderInsecureKeys({ verification }: FoundCertificate): boolean {
  return verification?.outcome === "verified" && verification.fetched.certificate.insecure;
}

function whyNot(certificates: readonly FoundCertificate[]): string {
  const statuses = certificates.map(({ certificate }) => currentStatus(certificate));
  if (!statuses.includes("active")) {
    const counts = (["revoked", "superseded", "expired"] as const).flatMap((status) => {
      const count = statuses.filter((each) => each === status).length;
      return count === 0 ? [] : [`${count} ${status}`];
    });
    return `none is valid any more: ${counts.join(", ")}`;
  }
  if (certificates.some(({ policyProblem }) => policyProblem !== undefined)) {
    return "their policies mean nothing for it";
  }
  return "their proofs are not valid";
}

/** What it means that the question could not be answered. */
export function couldNotCheck(error: unknown): Verdict {
  return {
    state: "could-not-check",
    headline: "Could not check",
    detail: messageOf(error),
    remedy: error instanceof FtiError ? error.remedy : undefined,
    isInsecure: false,
  };
}

/** One line for a person, whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof FtiError) return error.shortMessage;
  return error instanceof Error ? error.message : String(error);
}
