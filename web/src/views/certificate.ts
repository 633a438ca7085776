import { type Hex, UnavailableError } from "fine-tuning-integrity";
import {
  assertPolicyFitsManifest,
  type CertificateStatus,
  currentStatus,
  type Ending,
  endingOf,
  type RegisteredCertificate,
  type RegisteredModel,
} from "fine-tuning-integrity/registry";
import type { Policy } from "fine-tuning-integrity/prove";
import { el } from "../dom.js";
import { manifestOf } from "../manifests.js";
import type { Page, View } from "../page.js";
import { facts, idText, notice, pending, problem, wholeId } from "../parts.js";
import { linkTo } from "../route.js";
import { ENDED_HEADLINES, statusWords } from "../status-words.js";
import { moment } from "../words.js";
import { manifestPart } from "./manifest-part.js";
import { notSaidPart, policyPart } from "./policy-part.js";
import { revokePart } from "./revoke-part.js";
import { statementsPart } from "./statements-part.js";
import { verificationPart } from "./verification-part.js";

/** `#/certificate/0x…`: a registered certificate in plain words. */
export function certificateView(page: Page, id: Hex): View {
  return {
    title: "Certificate",
    content: [
      el("h1", {}, "Certificate"),
      wholeId(id),
      pending(ask(page, id), "Asking the registry", (answer) =>
        answer === undefined ? [absent()] : [...certificateParts(page, answer), notSaidPart()],
      ),
    ],
  };
}

interface Answer {
  readonly certificate: RegisteredCertificate;
  readonly ending: Ending | undefined;
  readonly policy: Policy;
  readonly base: RegisteredModel;
  readonly source: string;
  readonly chainId: bigint;
}

async function ask(page: Page, id: Hex): Promise<Answer | undefined> {
  const { registry, source, chainId } = await page.chain();
  const certificate = await registry.getCertificate(id);
  if (certificate === undefined) return undefined;
  const [policy, base, ending] = await Promise.all([
    registry.getPolicy(certificate.policyId),
    registry.getModel(certificate.baseModelId),
    endingOf(registry, certificate),
  ]);
  if (policy === undefined || base === undefined) {
    // The registry takes no certificate without them.
    throw new UnavailableError(`${source} returned the certificate but not its policy or its base`, {
      remedy: "The RPC node may lag behind. Try again, or use another one.",
    });
  }
  return {
    certificate: { ...certificate, status: currentStatus(certificate) },
    ending,
    policy,
    base,
    source,
    chainId,
  };
}

function absent(): HTMLElement {
  return notice(
    "bad",
    "There is no such certificate here",
    el("p", {}, "No certificate in this registry has this id. It may be in another one, or on another chain."),
  );
}

function certificateParts(page: Page, answer: Answer): HTMLElement[] {
  const { certificate, ending, policy, base, source, chainId } = answer;
  const { certificateId, baseModelId, tunedModelId, publisher, policyId, registeredAt, blockNumber } = certificate;
  const { t, manifestHash } = base;
  const manifest = manifestOf(manifestHash);
  let misfit: unknown;
  try {
    if (manifest !== undefined) assertPolicyFitsManifest(policy, manifest);
  } catch (error) {
    misfit = error;
  }
  return [
    certificate.status === "active" ? registered(page, source, chainId) : ended(answer, certificate.status),
    ...(misfit === undefined ? [] : [problem("Its policy means nothing for these models", misfit)]),
    facts([
      ["From base", idText(baseModelId, { page: "model", id: baseModelId })],
      ["To fine-tune", idText(tunedModelId, { page: "model", id: tunedModelId })],
      ["Published by", idText(publisher, { page: "publisher", id: publisher })],
      ["When", `${moment(registeredAt)}, block ${blockNumber}`],
      ["Status", statusWords(certificate, ending)],
      ["Policy", idText(policyId)],
    ]),
    // What has ended certifies nothing, however valid its proof is.
    ...(certificate.status === "active" ? [verificationPart(page, { certificateId, t, manifestHash })] : []),
    ...(certificate.status === "active" && page.wallet !== undefined ? [revokePart(page, certificate)] : []),
    ...(misfit === undefined ? policyPart(policy, manifest) : []),
    ...(manifest === undefined ? [manifestPart(page, baseModelId, manifestHash)] : []),
    statementsPart(page, certificateId, { address: publisher, is: "publisher" }),
  ];
}

/** A certificate that is not valid any more says so before anything else. */
function ended(
  { certificate, ending, source, chainId }: Answer,
  status: Exclude<CertificateStatus, "active">,
): HTMLElement {
  const framed = notice(
    "bad",
    ENDED_HEADLINES[status],
    el("p", {}, statusWords(certificate, ending)),
    ending?.status === "superseded"
      ? el("p", {}, el("a", { href: linkTo({ page: "certificate", id: ending.by }) }, "The certificate in its place"))
      : undefined,
    el("p", { class: "hint" }, `Source: ${source}, chain ${chainId}.`),
  );
  framed.dataset["state"] = status;
  return framed;
}

function registered(page: Page, source: string, chainId: bigint): HTMLElement {
  const word = el(
    "p",
    { class: "hint" },
    `Source: ${source}, chain ${chainId}. The registry checked the proof when it was registered; verify it ` +
      "below to rely on neither.",
  );
  if (page.settings.keys === "development") {
    return notice(
      "danger",
      "Registered under INSECURE keys: proves nothing",
      el("p", {}, "The keys are those of a development setup. Whoever made them can forge any certificate."),
      word,
    );
  }
  const origin =
    page.settings.keys === "ceremony"
      ? "According to the host of this page, the keys are from a public ceremony."
      : "Where the registry's keys are from is not known here: ask whoever deployed it.";
  return notice("good", "Registered", el("p", {}, origin), word);
}
