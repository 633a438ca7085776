import { currentStatus, type ModelStanding } from "../../../src/client/query-model.js";
import { InputError } from "../../../src/errors/errors.js";
import type { Hex } from "../../../src/encoding/hex.js";
import { TIER_NAMES, TIERS, type TierName } from "../../../src/protocol/tiers.js";
import { parseManifest } from "../../../src/quantize/manifest.js";
import { el } from "../dom.js";
import { fileField } from "../file-field.js";
import { givenOrHosts } from "../host-files.js";
import { hostsVerifier, type HostsVerifier } from "../hosts-verifier.js";
import { learnManifest, learnManifestFile, manifestOf } from "../manifests.js";
import type { Page, View } from "../page.js";
import { notice, pending, problem, verdictNotice, wholeId } from "../parts.js";
import { progressBar } from "../progress.js";
import { linkTo } from "../route.js";
import { verdictOf } from "../verdict.js";
import type { RecomputeJob } from "../work/recompute.js";
import { startWork } from "../work/start.js";
import { verificationCard } from "./verification-part.js";

/** `#/check`: the id of the reader's own files, and what the registry says of it. */
export function checkView(page: Page): View {
  const weights = fileField({
    name: "weights",
    label: "The model's weights",
    hint: "A safetensors or ONNX file, or all files of a sharded or TensorFlow.js model. They are read in pieces and stay here.",
    isMultiple: true,
  });
  const base = fileField({
    name: "base",
    label: "The base's model.json, or its manifest",
    hint: "A fine-tune is rounded as its base was, so its id depends on it. For a base: its own, if there is one.",
  });
  const srs = fileField({
    name: "srs",
    label:
      page.settings.srs === undefined ? "The registry's SRS (.ptau)" : "The registry's SRS (.ptau), if not the host's",
    hint: "The points that models are committed with. It is compared with the registry's.",
  });
  const tier = tierField();
  const outcome = el("div", { "aria-live": "polite" });
  const button = el("button", { type: "submit" }, "Recompute the id");
  const form = el("form", { class: "stack" }, weights.element, base.element, tier.element, srs.element, button);

  let hasLeft = false;
  let cancel = (): void => undefined;
  page.onLeave(() => {
    hasLeft = true;
    cancel();
  });
  const run = async (): Promise<void> => {
    outcome.replaceChildren(el("p", { role: "status" }, "Preparing …"));
    const job = await prepare(page, weights.files(), base.files()[0], tier.value(), srs.files()[0]);
    if (hasLeft) return;
    const bar = progressBar(() => {
      cancel();
      button.disabled = false;
      outcome.replaceChildren(notice("plain", "Cancelled", el("p", {}, "Nothing was computed, nothing was asked.")));
    });
    outcome.replaceChildren(bar.element);
    const work = startWork(job, (what, done, total) => bar.update(what, done, total));
    cancel = () => work.cancel();
    const { modelId, manifest, notes, backend } = await work.result;
    learnManifest(manifest);
    const { t } = parseManifest(JSON.parse(manifest) as unknown);
    const read = notes.map((note) => el("p", { class: "hint" }, note));
    outcome.replaceChildren(...read, ...found(page, modelId, backend, hostsVerifier(page, t, job.srs)));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    run()
      .catch((error: unknown) => outcome.replaceChildren(problem("The id could not be recomputed", error)))
      .finally(() => {
        button.disabled = false;
      });
  });
  return {
    title: "Check my file",
    content: [
      el("h1", {}, "Check my file"),
      el(
        "p",
        { class: "lead" },
        "The id of open weights follows from the weights alone. It is recomputed here, in one thread of your browser, and looked up. " +
          "Certificates that are found are verified here too, where the host of the page offers keys for it.",
      ),
      form,
      outcome,
    ],
  };
}

async function prepare(
  page: Page,
  weights: readonly File[],
  base: File | undefined,
  tier: TierName | "",
  srs: File | undefined,
): Promise<RecomputeJob> {
  if (weights.length === 0) throw new InputError("no weights are chosen", { remedy: "Choose the model's files." });
  let layout: RecomputeJob["layout"];
  if (base !== undefined) {
    layout = { manifest: manifestOf(learnManifestFile(await base.text(), base.name)) ?? "" };
  } else if (tier !== "") {
    layout = { tier };
  } else {
    throw new InputError("neither the base's model.json nor a tier is chosen", {
      remedy: "Choose the base's model.json for a fine-tune, a tier for a base.",
    });
  }
  return {
    kind: "recompute",
    weights: weights.map((file) => ({ name: file.name, bytes: file })),
    layout,
    srs: await givenOrHosts(srs, page.settings.srs, "the SRS"),
    // Where the chain does not answer the id is still worth having; the look-up will say what it could not do.
    expectedSrsId: await page
      .chain()
      .then((chain) => chain.registry.srsId())
      .catch(() => undefined),
  };
}

function found(page: Page, modelId: Hex, backend: string, asked: Promise<HostsVerifier | undefined>): HTMLElement[] {
  const ask = async (): Promise<readonly [ModelStanding, HostsVerifier | undefined]> => {
    const [chain, verifier] = await Promise.all([page.chain(), asked]);
    return [await chain.standing(modelId, verifier), verifier];
  };
  return [
    el("h2", {}, "The id of these weights"),
    wholeId(modelId),
    el("p", { class: "hint" }, `Recomputed here (${backend} kernels, one thread).`),
    pending(ask(), "Asking the registry, and verifying proofs", ([standing, verifier]) => [
      verdictNotice(
        verdictOf(standing, page.settings.keys),
        el("p", { class: "hint" }, wordFor(standing, verifier)),
        standing.isCertified && el("p", {}, "These very weights are what the certificate is about."),
        standing.certificates.length === 0 &&
          el(
            "p",
            { class: "hint" },
            "A private model has another id than its weights give, and another base's manifest gives another id.",
          ),
        el("p", {}, el("a", { href: linkTo({ page: "model", id: modelId }) }, "The model in the registry")),
      ),
      ...standing.certificates.map((each) => verificationCard(each)),
    ]),
  ];
}

/** On whose word the answer is. */
function wordFor({ certificates }: ModelStanding, verifier: HostsVerifier | undefined): string {
  if (!certificates.some(({ certificate }) => currentStatus(certificate) === "active")) {
    return "By the word of the node that was asked.";
  }
  return verifier === undefined
    ? "By the word of the node that was asked. Proofs were not verified here, because the host of this page offers no keys " +
        "for it: that they are valid is the registry's word."
    : "What is registered is the word of the node that was asked. What came of verifying proofs here, under the keys of " +
        "this page's host, is below.";
}

function tierField(): { readonly element: HTMLElement; value(): TierName | "" } {
  const select = el(
    "select",
    { id: "tier", name: "tier" },
    el("option", { value: "" }, "a fine-tune: by its base's model.json"),
    ...TIER_NAMES.map((name) =>
      el("option", { value: name }, `a base, tier ${name} (tiles of ${TIERS[name].n} × ${TIERS[name].n})`),
    ),
  );
  return {
    element: el("div", { class: "field" }, el("label", { for: "tier" }, "The weights are"), select),
    value: () => select.value as TierName | "",
  };
}
