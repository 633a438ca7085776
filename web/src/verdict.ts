import { driftWords, FtiError, type ModelAnswer } from "fine-tuning-integrity";
import { currentStatus, type FoundCertificate } from "fine-tuning-integrity/registry";
import type { KeyOrigin } from "./settings.js";
import { counted } from "./words.js";

/**
 * Different things, and nothing between them. What could not be asked is never "not certified", and without a base that
 * the reader names there is a report, never "certified".
 */
export type VerdictState = "certified" | "not-certified" | "could-not-check" | "report" | "development-keys";

export interface Verdict {
  readonly state: VerdictState;
  readonly headline: string;
  readonly detail: string;
  /** What to do about it, where there is something. */
  readonly remedy?: string | undefined;
  /** The keys are known to be those of a development setup: the certificate proves nothing. */
  readonly isInsecure: boolean;
}

/** What the registry's answer about a model means. */
export function verdictOf(answer: ModelAnswer, keys: KeyOrigin): Verdict {
  const { verdict, reasons, errors, path = [], certificates } = answer;
  // The registry may be a stranger's, whose keys nobody speaks of: those that its proofs are valid under count too.
  const isInsecure =
    keys === "development" || answer.isInsecure || [...path, ...certificates].some(isUnderInsecureKeys);
  switch (verdict) {
    case "certified":
    case "development-keys": {
      const far = farthest(answer);
      if (verdict === "certified" && !isInsecure) {
        return { state: "certified", headline: `Certified: ${far}`, detail: wayOf(answer), isInsecure };
      }
      return {
        state: "development-keys",
        headline: "Made with development keys: proves nothing",
        detail:
          `With production keys: ${far}. But these keys are INSECURE, from a development setup: whoever made ` +
          `them can forge any proof.`,
        isInsecure: true,
      };
    }
    case "not-certified":
      return {
        state: "not-certified",
        headline: "Not certified",
        detail: sentence(reasons.join("; ")),
        isInsecure: false,
      };
    case "could-not-check": {
      const [error] = errors;
      return error === undefined ? couldNotCheck(reasons.join("; ")) : couldNotCheck(error);
    }
    case "report":
      return reportOf(answer, isInsecure);
  }
}

function farthest({ path, drift }: ModelAnswer): string {
  if (path?.length === 0) return "this is the base itself";
  return drift === undefined ? "how far from the base is not known without its manifest" : driftWords(drift).headline;
}

function wayOf({ path = [] }: ModelAnswer): string {
  if (path.length === 0) return "Its id is that of the base that you named.";
  return `${counted(path.length, "active certificate")} ${path.length === 1 ? "leads" : "lead"} from the base that you named to this model.`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What leads to a model: no verdict, as there was no question. */
function reportOf({ certificates, model }: ModelAnswer, isInsecure: boolean): Verdict {
  const report = { state: "report", isInsecure: isInsecure && certificates.length > 0 } as const;
  const warning = report.isInsecure ? " Their keys are those of a development setup: they prove nothing." : "";
  const good = certificates.filter(isGood);
  if (good.length > 0) {
    const bases = new Set(good.map(({ certificate }) => certificate.baseModelId)).size;
    return {
      ...report,
      headline: report.isInsecure
        ? "Certificates under INSECURE keys: they prove nothing"
        : "Certificates lead to this model",
      detail:
        `${counted(good.length, "active certificate")} from ${counted(bases, "base")}.${warning} Decide whether that is a base you trust, and check ` +
        `the model against it.`,
    };
  }
  if (certificates.length > 0) {
    return {
      ...report,
      headline: "No certificate is valid",
      detail: `Certificates lead to this model, but ${whyNot(certificates)}.`,
    };
  }
  return model === undefined
    ? {
        ...report,
        headline: "Unknown model",
        detail: "The model is not in this registry. It may be in another one, or on another chain.",
      }
    : {
        ...report,
        headline: "Base model",
        detail:
          "The model is registered, but no certificate leads to it: it is a base, or nobody has proven anything about it.",
      };
}

function isGood({ certificate, policyProblem, verification }: FoundCertificate): boolean {
  return currentStatus(certificate) === "active" && policyProblem === undefined && verification?.outcome !== "invalid";
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
    return `none is still valid: ${counts.join(", ")}`;
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
