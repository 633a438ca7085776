import { type Hex, type ModelAnswer, policyWords } from "fine-tuning-integrity";
import { currentStatus, type Ending, endingOf, type FoundCertificate, lineageOf } from "fine-tuning-integrity/registry";
import { askModel } from "../ask-model.js";
import { el } from "../dom.js";
import { lineageView } from "../lineage-view.js";
import { manifestOf } from "../manifests.js";
import type { Page, View } from "../page.js";
import { facts, idText, list, part, pending, verdictNotice, wholeId } from "../parts.js";
import { linkTo } from "../route.js";
import { statusWords } from "../status-words.js";
import { messageOf, verdictOf } from "../verdict.js";
import { counted, moment } from "../words.js";
import { driftPart } from "./drift-part.js";
import { manifestPart } from "./manifest-part.js";
import { statementsPart } from "./statements-part.js";

/** `#/model/0x…`: a model's standing in the registry, and its lineage. */
export function modelView(page: Page, id: Hex): View {
  return {
    title: "Model",
    content: [
      el("h1", {}, "Model"),
      wholeId(id),
      pending(askStanding(page, id), "Asking the registry", (answer) => [
        ...standingParts(page, answer),
        lineagePart(page, answer.standing),
      ]),
    ],
  };
}

/** Edges of a lineage that are drawn at most: beyond that a picture says nothing. */
const MOST_CERTIFICATES = 60;

function lineagePart(page: Page, { modelId, model }: ModelAnswer): HTMLElement {
  return part(
    "Lineage",
    pending(
      page.chain().then(({ registry }) => lineageOf(registry.events, modelId, MOST_CERTIFICATES)),
      "Following certificates",
      (lineage) => lineageView(lineage, page.settings.keys === "development"),
      (error) => el("p", {}, `The lineage could not be read: ${messageOf(error)}.`),
    ),
    model !== undefined && driftPart(page, modelId, model.manifestHash),
  );
}

interface Answer {
  readonly standing: ModelAnswer;
  /** By certificate. */
  readonly endings: ReadonlyMap<Hex, Ending | undefined>;
  readonly source: string;
  readonly chainId: bigint;
}

async function askStanding(page: Page, id: Hex): Promise<Answer> {
  const { registry, source, chainId } = await page.chain();
  const standing = await askModel(registry, id);
  const endings = new Map<Hex, Ending | undefined>();
  for (const { certificate } of standing.certificates) {
    endings.set(certificate.certificateId, await endingOf(registry, certificate));
  }
  return { standing, endings, source, chainId };
}

function standingParts(page: Page, { standing, endings, source, chainId }: Answer): HTMLElement[] {
  const { model, certificates, modelId } = standing;
  const hasManifest = manifestOf(model?.manifestHash) !== undefined;
  return [
    verdictNotice(
      verdictOf(standing, page.settings.keys),
      el(
        "p",
        { class: "hint" },
        `Source: ${source}, chain ${chainId}. The registry checked the proofs; the page of a certificate verifies ` +
          "them again.",
      ),
      certificates.length > 0 &&
        el("p", {}, el("a", { href: linkTo({ page: "check" }) }, "Check it against a base you trust")),
      certificates.length > 0 && page.settings.keys === "unknown"
        ? el("p", { class: "hint" }, "Where the registry's keys are from is not known here: ask whoever deployed it.")
        : undefined,
    ),
    ...certificates.map((found) =>
      certificateCard(found, endings.get(found.certificate.certificateId), model?.manifestHash),
    ),
    ...(model !== undefined && certificates.length > 0 && !hasManifest
      ? [manifestPart(page, modelId, model.manifestHash)]
      : []),
    ...(model === undefined
      ? []
      : [
          part(
            "As it is registered",
            facts([
              ["Registered by", idText(model.registrant, { page: "publisher", id: model.registrant })],
              ["When", moment(model.registeredAt)],
              ["Size", `${counted(model.tileCount, "tile")} of ${2 ** model.t} × ${2 ** model.t} weights`],
              ["Merkle root", idText(model.merkleRoot)],
              ["Manifest hash", idText(model.manifestHash)],
              [
                "Certificates from this base",
                model.isRestricted ? "only by publishers whom its registrant allows" : "open to anyone",
              ],
            ]),
          ),
          statementsPart(page, modelId, { address: model.registrant, is: "registrant" }),
        ]),
  ];
}

function certificateCard(
  { certificate, policy, policyProblem }: FoundCertificate,
  ending: Ending | undefined,
  manifestHash: Hex | undefined,
): HTMLElement {
  const status = currentStatus(certificate);
  const { certificateId, baseModelId, publisher, registeredAt } = certificate;
  const words = policy === undefined ? undefined : policyWords(policy, manifestOf(manifestHash));
  return el(
    "article",
    { class: "card" },
    el("h3", {}, "Certificate ", idText(certificateId, { page: "certificate", id: certificateId })),
    status === "active"
      ? undefined
      : el("p", { class: "problem" }, `No longer valid. ${statusWords({ ...certificate, status }, ending)}`),
    policyProblem === undefined
      ? undefined
      : el("p", { class: "problem" }, `Its policy means nothing for this model: ${policyProblem}`),
    facts([
      ["From base", idText(baseModelId, { page: "model", id: baseModelId })],
      ["Published by", idText(publisher, { page: "publisher", id: publisher })],
      ["When", moment(registeredAt)],
      status !== "active" ? undefined : ["Status", statusWords({ ...certificate, status }, ending)],
    ]),
    words === undefined || policyProblem !== undefined
      ? undefined
      : list([...words.mayChange, words.mayNot, ...words.extensions, ...words.resolution]),
  );
}
