import type { Hex, Manifest } from "fine-tuning-integrity";
import { accumulatedDrift, type AccumulatedDrift } from "fine-tuning-integrity/registry";
import { el } from "../dom.js";
import { driftWords } from "../drift-words.js";
import { manifestOf } from "../manifests.js";
import type { Page } from "../page.js";
import { idText, list, pending } from "../parts.js";
import { messageOf } from "../verdict.js";
import { counted } from "../words.js";

/** How far a model can be from its oldest ancestor: what its certificate and those above it allow together. */
export function driftPart(page: Page, modelId: Hex, manifestHash: Hex | undefined): HTMLElement {
  const manifest = manifestOf(manifestHash);
  return pending(
    page.chain().then(({ registry }) => accumulatedDrift(registry, modelId, manifest)),
    "Adding up what certificates allow",
    (drift) => (drift === undefined ? [] : driftParts(drift, manifest, page.settings.keys === "development")),
    (error) => el("p", {}, `How far it is from its oldest ancestor could not be read: ${messageOf(error)}.`),
  );
}

function driftParts(
  { ancestorId, steps, bounds }: AccumulatedDrift,
  manifest: Manifest | undefined,
  isInsecure: boolean,
): HTMLElement[] {
  const title = el("h3", {}, "How far from its oldest ancestor");
  const ancestor = idText(ancestorId, { page: "model", id: ancestorId });
  if (!bounds.isKnown) {
    const { certificateId, because } = bounds;
    const certificate = idText(certificateId, { page: "certificate", id: certificateId });
    const before = ["Nothing bounds how far it is from ", ancestor, ", because of certificate ", certificate];
    return [title, el("p", {}, ...before, ` on the way: ${because}.`)];
  }
  const { intervals } = bounds;
  const warning = el(
    "p",
    { class: "problem" },
    "Under INSECURE keys: the certificates prove nothing, nor does their sum.",
  );
  const word = el(
    "p",
    { class: "hint" },
    "Every certificate on the way is active. The registry has added up what they allow; the sum is read through the RPC node. Changes below the quantization " +
      "step are not seen.",
  );
  return [
    title,
    ...(isInsecure ? [warning] : []),
    el("p", {}, "From ", ancestor, `, ${counted(steps, "certificate")} above:`),
    list(driftWords(intervals, manifest), { class: "words" }),
    word,
  ];
}
