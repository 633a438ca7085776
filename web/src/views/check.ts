import {
  decodeManifest,
  driftWords,
  encodeManifest,
  type Hex,
  InputError,
  type Manifest,
  type ModelAnswer,
  type ModelQuestion,
} from "fine-tuning-integrity";
import { assertWeightsOfBase, currentStatus, questionAbout } from "fine-tuning-integrity/registry";
import { parseModel, TIER_NAMES, type TierName, TIERS } from "fine-tuning-integrity/prove";
import { askModel } from "../ask-model.js";
import { el } from "../dom.js";
import { fileField } from "../file-field.js";
import { givenOrHosts } from "../host-files.js";
import { hostsVerifier, type HostsVerifier } from "../hosts-verifier.js";
import { learnManifest, manifestOfFile } from "../manifests.js";
import type { Page, View } from "../page.js";
import { notice, pending, problem, verdictNotice, wholeId } from "../parts.js";
import { progressBar } from "../progress.js";
import { linkTo } from "../route.js";
import { verdictOf } from "../verdict.js";
import type { Recomputed, RecomputeJob } from "../work/recompute.js";
import { startWork } from "../work/start.js";
import { questionFields, type Accepted } from "./question-fields.js";
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
    hint: "The base that you trust. A fine-tune is rounded as its base was, so its id depends on it too. For a base: its own.",
  });
  const srs = fileField({
    name: "srs",
    label:
      page.settings.srs === undefined ? "The registry's SRS (.ptau)" : "The registry's SRS (.ptau), if not the host's",
    hint: "Advanced: the setup file that models are committed with. It is compared with the registry's.",
  });
  const tier = tierField();
  const outcome = el("div", { "aria-live": "polite" });
  const button = el("button", { type: "submit" }, "Check this file");
  const question = questionFields();
  const form = el(
    "form",
    { class: "stack" },
    weights.element,
    base.element,
    question.element,
    tier.element,
    srs.element,
    button,
  );

  let hasLeft = false;
  let cancel = (): void => undefined;
  page.onLeave(() => {
    hasLeft = true;
    cancel();
  });
  const run = async (): Promise<void> => {
    outcome.replaceChildren(el("p", { role: "status" }, "Preparing …"));
    const accepted = await question.read();
    const [baseFile] = base.files();
    const named = baseFile === undefined ? undefined : await baseOf(baseFile);
    // Before minutes of work; once the base's weights are measured, they name the base too.
    if (accepted.baseWeights.length === 0) questionAbout(accepted.baseModelId ?? named?.modelId, accepted);
    const job = await prepare(page, weights.files(), named, tier.value(), srs.files()[0], accepted.baseWeights);
    if (hasLeft) return;
    const bar = progressBar(() => {
      cancel();
      button.disabled = false;
      outcome.replaceChildren(notice("plain", "Canceled", el("p", {}, "Nothing was computed or looked up.")));
    });
    outcome.replaceChildren(bar.element);
    const work = startWork(job, (what, done, total) => bar.update(what, done, total));
    cancel = () => work.cancel();
    const recomputed = await work.result;
    const manifest = decodeManifest(recomputed.manifest);
    learnManifest(manifest);
    const asked = questionOf(accepted, named, recomputed);
    const read = recomputed.notes.map((note) => el("p", { class: "hint" }, note));
    outcome.replaceChildren(
      ...read,
      ...found(page, recomputed, asked, named?.insecure === true, hostsVerifier(page, manifest.t, job.srs)),
    );
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
        "Is this file a certified fine-tune of a base that you trust, and how far from it may it be? Its id follows from the " +
          "weights and the base's rounding. It is recomputed here, in one thread of your browser, and looked up; certificates " +
          "are verified here too, where the host of the page offers keys for it.",
      ),
      form,
      outcome,
    ],
  };
}

/** The base that the reader trusts, by its file. */
interface NamedBase {
  readonly manifest: Manifest;
  /** `undefined` if the file is a manifest alone, which several bases can have. */
  readonly modelId: Hex | undefined;
  readonly insecure: boolean;
}

async function baseOf(file: File): Promise<NamedBase> {
  const text = await file.text();
  const manifest = manifestOfFile(text, file.name);
  learnManifest(manifest);
  if (!text.includes('"commitments"')) return { manifest, modelId: undefined, insecure: false };
  const { modelId, insecure } = parseModel(text, file.name);
  return { manifest, modelId, insecure };
}

/** Throws `InputError` where two bases are named, or the base's weights are another model's. */
function questionOf(accepted: Accepted, named: NamedBase | undefined, { base }: Recomputed): ModelQuestion | undefined {
  const { baseModelId: typed, limits, publishers } = accepted;
  if (typed !== undefined && named?.modelId !== undefined && typed !== named.modelId) {
    throw new InputError(`the base's file is of model ${named.modelId}, but the id of another one is given`, {
      remedy: "Give one of them.",
    });
  }
  const baseModelId = typed ?? named?.modelId ?? base?.modelId;
  if (base !== undefined && baseModelId !== undefined) {
    assertWeightsOfBase(base.modelId, baseModelId, "the base's weights");
  }
  return questionAbout(baseModelId, { limits, publishers, norms: base?.norms });
}

async function prepare(
  page: Page,
  weights: readonly File[],
  base: NamedBase | undefined,
  tier: TierName | "",
  srs: File | undefined,
  baseWeights: readonly File[],
): Promise<RecomputeJob> {
  if (weights.length === 0) throw new InputError("no weights are chosen", { remedy: "Choose the model's files." });
  if (base === undefined && tier === "") {
    throw new InputError("neither the base's model.json nor a tier is chosen", {
      remedy: "Choose the base's model.json for a fine-tune, a tier for a base.",
    });
  }
  const named = (files: readonly File[]): RecomputeJob["weights"] =>
    files.map((file) => ({ name: file.name, bytes: file }));
  return {
    kind: "recompute",
    weights: named(weights),
    layout: base === undefined ? { tier: tier as TierName } : { manifest: encodeManifest(base.manifest) },
    baseWeights: named(baseWeights),
    srs: await givenOrHosts(srs, page.settings.srs, "the SRS"),
    // Where the chain does not answer the id is still worth having; the look-up will say what it could not do.
    expectedSrsId: await page
      .chain()
      .then(({ registry }) => registry.srsId())
      .catch(() => undefined),
  };
}

function found(
  page: Page,
  { modelId, backend, manifest }: Recomputed,
  question: ModelQuestion | undefined,
  isInsecure: boolean,
  offered: Promise<HostsVerifier | undefined>,
): HTMLElement[] {
  const ask = async (): Promise<readonly [ModelAnswer, HostsVerifier | undefined]> => {
    const [{ registry }, verify] = await Promise.all([page.chain(), offered]);
    const insecure = isInsecure || page.settings.keys === "development";
    return [await askModel(registry, modelId, { question, verify, insecure }), verify];
  };
  return [
    el("h2", {}, "The id of these weights"),
    wholeId(modelId),
    el("p", { class: "hint" }, `Recomputed here (${backend} kernels, one thread).`),
    pending(ask(), "Asking the registry, and verifying proofs", ([answer, verifier]) => [
      verdictNotice(
        verdictOf(answer, page.settings.keys),
        ...(answer.drift === undefined ? [] : driftWords(answer.drift).details.map((line) => el("p", {}, line))),
        answer.drift !== undefined &&
          answer.drift.whole.relative === undefined &&
          el("p", { class: "hint" }, "For percentages of the base's norm, choose the base's weights too."),
        el("p", { class: "hint" }, wordFor(answer, verifier)),
        el("p", {}, roundingWords(decodeManifest(manifest))),
        question === undefined &&
          el("p", {}, "For a verdict, choose the model.json of the base you trust, or type its id."),
        answer.certificates.length === 0 &&
          el(
            "p",
            { class: "hint" },
            "A private model has another id than its weights give, and another base's manifest gives another id.",
          ),
        el("p", {}, el("a", { href: linkTo({ page: "model", id: modelId }) }, "The model in the registry")),
      ),
      ...(answer.path ?? answer.certificates).map((each) => verificationCard(each)),
    ]),
  ];
}

/** What an id says about the very bytes of the files. */
function roundingWords({ tensors }: Manifest): string {
  const bits = tensors.flatMap((tensor) => ("fractionBits" in tensor ? [tensor.fractionBits] : []));
  const step = 2 ** -Math.min(...bits);
  return (
    "The id is that of these weights rounded to steps: a weight can be up to half a step off what is certified " +
    `(${String(Number((step / 2).toPrecision(3)))} at most). Other files within that have the same id.`
  );
}

/** On whose word the answer is. */
function wordFor({ path, certificates }: ModelAnswer, verifier: HostsVerifier | undefined): string {
  if (!(path ?? certificates).some(({ certificate }) => currentStatus(certificate) === "active")) {
    return "Source: the RPC node.";
  }
  return verifier === undefined
    ? "Source: the RPC node. Proofs were not verified here, because the host of this page offers no keys for " +
        "it: their validity is taken from the registry."
    : "What is registered is taken from the RPC node. Proofs were verified here, with the keys of this page's " +
        "host; see below.";
}

function tierField(): { readonly element: HTMLElement; value(): TierName | "" } {
  const select = el(
    "select",
    { id: "tier", name: "tier" },
    el("option", { value: "" }, "a fine-tune, or a base with its model.json"),
    ...TIER_NAMES.map((name) =>
      el("option", { value: name }, `a base of tier ${name} (tiles of ${TIERS[name].n} × ${TIERS[name].n})`),
    ),
  );
  return {
    element: el("div", { class: "field" }, el("label", { for: "tier" }, "This is"), select),
    value: () => select.value as TierName | "",
  };
}
