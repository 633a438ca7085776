import type { Hex } from "fine-tuning-integrity";
import {
  currentStatus,
  type FoundCertificate,
  type RegisteredVerification,
  verifyRegistered,
} from "fine-tuning-integrity/registry";
import type { CheckMade } from "fine-tuning-integrity/prove";
import { el, type Child } from "../dom.js";
import { hostsVerifier, offersVerifier } from "../hosts-verifier.js";
import { manifestOf } from "../manifests.js";
import type { Page } from "../page.js";
import { failure, idText, notice, part, type NoticeKind } from "../parts.js";
import { linkTo } from "../route.js";
import type { KeyOrigin } from "../settings.js";

/** A certificate in the registry, and what its base tells of it. */
export interface VerifiablePart {
  readonly certificateId: Hex;
  /** Side of its models' tiles. */
  readonly t: number;
  readonly manifestHash: Hex;
}

/** A registered certificate's proofs, verified here when the reader asks for it. */
export function verificationPart(page: Page, { certificateId, t, manifestHash }: VerifiablePart): HTMLElement {
  const title = "Verify this proof";
  if (!offersVerifier(page.settings, t)) {
    return part(
      title,
      el(
        "p",
        {},
        "The host of this page offers no SRS and keys for it. With your own, ",
        el("a", { href: linkTo({ page: "verify" }) }, "verify the certificate's file"),
        ".",
      ),
    );
  }
  const outcome = el("div", { "aria-live": "polite" });
  const button = el("button", { type: "button" }, "Verify here");
  const run = async (): Promise<void> => {
    outcome.replaceChildren(el("p", { role: "status" }, "Reading it from the chain, and checking its proofs …"));
    const [{ registry }, verifier] = await Promise.all([page.chain(), hostsVerifier(page, t, undefined)]);
    if (verifier === undefined) throw new RangeError("the host's keys were there a moment ago");
    const verification = await verifyRegistered({
      registry,
      certificateId,
      manifest: manifestOf(manifestHash),
      ...verifier,
    });
    outcome.replaceChildren(verificationNotice(page, verification));
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    run()
      .catch((error: unknown) => outcome.replaceChildren(failure(error)))
      .finally(() => {
        button.disabled = false;
      });
  });
  return part(
    title,
    el(
      "p",
      {},
      "The certificate is put together again from the transaction that registered it, and verified in this browser with " +
        "the keys of this page's host. This relies neither on the RPC node nor on the registry.",
    ),
    button,
    outcome,
  );
}

function verificationNotice(page: Page, verification: RegisteredVerification): HTMLElement {
  if (verification.outcome === "could-not-check") return failure(verification.error);
  if (verification.outcome === "invalid") {
    return framedState(
      "bad",
      "invalid",
      "Invalid",
      el("p", {}, verification.error.shortMessage),
      el("p", {}, "Do not rely on this certificate, nor on the RPC node that returned it: use another one."),
    );
  }
  const isInsecure = verification.fetched.certificate.insecure;
  return validNotice(
    { isInsecure, keys: page.settings.hostKeys },
    checkList(verification.checks, verification.notMade),
  );
}

/** A certificate that leads to a model, with what came of verifying it. */
export function verificationCard({ certificate, policyProblem, verification }: FoundCertificate): HTMLElement {
  const { certificateId } = certificate;
  const status = currentStatus(certificate);
  return el(
    "article",
    { class: "card" },
    el("h3", {}, "Certificate ", idText(certificateId, { page: "certificate", id: certificateId })),
    status === "active" ? undefined : el("p", { class: "problem" }, `${status}: it certifies nothing`),
    policyProblem === undefined
      ? undefined
      : el("p", { class: "problem" }, `Its policy means nothing for this model: ${policyProblem}`),
    ...outcomeParts(verification),
  );
}

function outcomeParts(verification: RegisteredVerification | undefined): HTMLElement[] {
  switch (verification?.outcome) {
    case undefined:
      return [el("p", {}, "Its proof was not verified here.")];
    case "verified": {
      const isInsecure = verification.fetched.certificate.insecure;
      const words = isInsecure ? "Its proof was verified here, under INSECURE keys." : "Its proof was verified here.";
      return [
        el("p", isInsecure ? { class: "problem" } : {}, words),
        checkList(verification.checks, verification.notMade),
      ];
    }
    case "invalid":
      return [el("p", { class: "problem" }, `INVALID: ${verification.error.shortMessage}`)];
    case "could-not-check":
      return [
        el("p", { class: "problem" }, `Its proof could not be verified: ${verification.error.shortMessage}`),
        el("p", { class: "remedy" }, verification.error.remedy),
      ];
  }
}

/** Checks that were made, and, where that is known, those that were not. */
export function checkList(checks: readonly CheckMade[], notMade: readonly string[] = []): HTMLElement {
  return el(
    "ul",
    { class: "checks" },
    ...checks.map(({ check, ok }) =>
      el("li", { class: ok ? "ok" : "failed" }, el("span", {}, ok ? "holds: " : "fails: "), check),
    ),
    ...notMade.map((check) => el("li", { class: "not-made" }, el("span", {}, "not checked: "), check)),
  );
}

/** Proofs that are valid, under keys of whoever: the reader's own where they were given. */
export function validNotice(
  { isInsecure, keys }: { readonly isInsecure: boolean; readonly keys: KeyOrigin | "given" },
  ...more: readonly Child[]
): HTMLElement {
  if (isInsecure || keys === "development") {
    const why =
      "The proofs are valid, but the keys are those of a development setup. Whoever made them can forge any certificate.";
    return framedState("danger", "insecure", "Valid under INSECURE keys: proves nothing", el("p", {}, why), ...more);
  }
  return framedState("good", "valid", "Valid", el("p", {}, KEY_ORIGINS[keys]), ...more);
}

const YOURS_TO_KNOW = "Find out where they are from: whoever made them alone could forge certificates.";

const KEY_ORIGINS = {
  ceremony: "Verified with the keys of this page's host. According to the host, they are from a public ceremony.",
  unknown: `Verified with the keys of this page's host. ${YOURS_TO_KNOW}`,
  given: `Verified with the keys that you gave. ${YOURS_TO_KNOW}`,
} as const;

/** A notice with its state in `data-state`. */
export function framedState(kind: NoticeKind, state: string, title: string, ...more: readonly Child[]): HTMLElement {
  const element = notice(kind, title, ...more);
  element.dataset["state"] = state;
  return element;
}
