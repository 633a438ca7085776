import { type DriftRegistryClient, type Hex, InputError } from "fine-tuning-integrity";
import { policyOfBase, type PolicyOfBase } from "fine-tuning-integrity/registry";
import type { Policy } from "fine-tuning-integrity/prove";
import { walletSigner } from "../chain.js";
import { el } from "../dom.js";
import { fileField } from "../file-field.js";
import { learnManifest, learnManifestFile, manifestOf } from "../manifests.js";
import type { Page, View } from "../page.js";
import { facts, idText, notice, problem, wholeId } from "../parts.js";
import { linkTo, type Route } from "../route.js";
import { assertBelongs, parseSubmission, type Submission } from "../submission.js";
import { counted } from "../words.js";
import { termsFields } from "./terms-fields.js";

/** `#/publish`: what `fti register` does, signed by the browser's wallet. */
export function publishView(page: Page): View {
  const outcome = el("div", { "aria-live": "polite" });
  const field = fileField({
    name: "submission",
    label: "What to register",
    hint: "model.json, policy.json or certificate.json, in this order: a policy needs its base, a certificate both.",
    onChange: ([file]) => {
      if (file === undefined) return;
      outcome.replaceChildren(el("p", { role: "status" }, "Reading …"));
      file
        .text()
        .then((text) => {
          const submission = parseSubmission(text, file.name);
          if (submission.kind === "model") learnManifest(submission.model.manifest);
          outcome.replaceChildren(...offer(page, submission));
        })
        .catch((error: unknown) => outcome.replaceChildren(problem("That cannot be registered", error)));
    },
  });
  return {
    title: "Publish",
    content: [
      el("h1", {}, "Publish"),
      el(
        "p",
        { class: "lead" },
        "What you register is permanent and public, with your address. You confirm every transaction in your wallet.",
      ),
      ...(page.wallet !== undefined
        ? [
            el(
              "p",
              { class: "hint" },
              `Through ${page.wallet.name}. `,
              page.wallets.length > 1 && el("a", { href: linkTo({ page: "settings" }) }, "Use another wallet"),
            ),
          ]
        : [
            notice(
              "plain",
              "This browser has no wallet",
              el("p", {}, "Files are read and shown all the same; to register them, use one, or fti register."),
            ),
          ]),
      field.element,
      outcome,
    ],
  };
}

/** What the file is, and a button that registers it. */
function offer(page: Page, submission: Submission): HTMLElement[] {
  const result = el("div", { "aria-live": "polite" });
  const button = el("button", { type: "button", disabled: page.wallet === undefined }, "Register with the wallet");
  const terms = termsFields();
  const uri = el("input", { type: "text", id: "manifest-uri", placeholder: "https://…", autocomplete: "off" });
  button.addEventListener("click", () => {
    button.disabled = true;
    result.replaceChildren(el("p", { role: "status" }, "Waiting for the wallet and the chain …"));
    register(page, submission, uri.value.trim(), terms)
      .then((hash) => result.replaceChildren(done(submission, hash)))
      .catch((error: unknown) => {
        button.disabled = false;
        result.replaceChildren(problem("Not registered", error));
      });
  });
  return [
    summary(submission),
    ...(isInsecure(submission)
      ? [
          notice(
            "danger",
            "Made with an INSECURE development setup",
            el("p", {}, "It proves nothing. On a public chain it would only mislead."),
          ),
        ]
      : []),
    ...(submission.kind === "model"
      ? [
          el(
            "div",
            { class: "field" },
            el("label", { for: "manifest-uri" }, "Address of its manifest (optional)"),
            uri,
            el(
              "p",
              { class: "hint" },
              "Where others find the manifest, or this model.json: they check it by its hash.",
            ),
          ),
        ]
      : []),
    ...(submission.kind === "policy" ? [baseField()] : []),
    ...(submission.kind === "certificate" ? [terms.element] : []),
    el("p", {}, button),
    result,
  ];
}

/** Asks for the manifest of a policy's base: its class table goes to the registry, which has only the table's hash. */
function baseField(): HTMLElement {
  const trouble = el("div", { "aria-live": "polite" });
  const field = fileField({
    name: "base",
    label: "Its base: base.model.json, or the manifest",
    hint: "It has the fraction bits of the base's tiles, which the registry checks by their hash. Not needed if this page has read it before.",
    onChange: ([file]) => {
      trouble.replaceChildren();
      if (file === undefined) return;
      file
        .text()
        .then((text) => learnManifestFile(text, file.name))
        .catch((error: unknown) => trouble.replaceChildren(problem("That manifest cannot be used", error)));
    },
  });
  return el("div", {}, field.element, trouble);
}

function summary(submission: Submission): HTMLElement {
  switch (submission.kind) {
    case "model": {
      const { parts, isPrivate } = submission.model;
      return facts([
        ["A model", wholeId(submission.id)],
        ["Size", `${counted(parts.tileCount, "tile")} of ${2 ** parts.t} × ${2 ** parts.t} weights`],
        ["Weights", isPrivate ? "private: only the publisher can open them" : "open: anybody can recompute the id"],
      ]);
    }
    case "policy":
      return facts([
        ["A policy", wholeId(submission.id)],
        ["About the base", idText(submission.policy.baseModelId)],
        ["Rules", String(submission.policy.rules.length)],
      ]);
    case "certificate": {
      const { publisher, registry, chainId, segments } = submission.certificate;
      return facts([
        ["A certificate", wholeId(submission.id)],
        ["Publisher", publisher],
        ["For registry", `${registry} on chain ${chainId}`],
        ["Proof", counted(segments.length, "segment")],
      ]);
    }
  }
}

function isInsecure(submission: Submission): boolean {
  if (submission.kind === "model") return submission.model.insecure;
  return submission.kind === "certificate" && submission.certificate.insecure;
}

async function register(
  page: Page,
  submission: Submission,
  manifestUri: string,
  terms: ReturnType<typeof termsFields>,
): Promise<Hex> {
  if (manifestUri !== "" && !URL.canParse(manifestUri)) {
    throw new InputError(`${JSON.stringify(manifestUri)} is not an address`, { remedy: "Write it like https://…" });
  }
  const { registry, chainId } = await page.chain();
  const signer = await walletSigner(page.wallet?.provider, chainId);
  const account = (await signer.getAddress()).toLowerCase() as Hex;
  assertBelongs(submission, { chainId, registry: registry.address, account });
  switch (submission.kind) {
    case "model":
      return (await registry.registerModel(signer, submission.model.parts, manifestUri)).transactionHash;
    case "policy":
      return (await registry.registerPolicy(signer, await withBase(registry, submission.policy))).transactionHash;
    case "certificate": {
      const options = await terms.read();
      // The registry's own words, before the wallet asks for money.
      await registry.simulateCertify(account, submission.certificate, options);
      return (await registry.certify(signer, submission.certificate, options)).transactionHash;
    }
  }
}

/** The policy with its base, as the registry knows that, and the manifest as this visit does. */
async function withBase(registry: DriftRegistryClient, policy: Policy): Promise<PolicyOfBase> {
  const parts = await registry.getModel(policy.baseModelId);
  if (parts === undefined) {
    throw new InputError(`the policy's base ${policy.baseModelId} is not registered`, { remedy: "Register it first." });
  }
  const manifest = manifestOf(parts.manifestHash);
  if (manifest === undefined) {
    throw new InputError("the registry needs the fraction bits of the base's tiles, which are in the base's manifest", {
      remedy: "Choose the base's file above.",
    });
  }
  return policyOfBase(policy, { parts, manifest });
}

function done({ kind, id }: Submission, hash: Hex): HTMLElement {
  const route: Route | undefined = kind === "policy" ? undefined : { page: kind, id };
  return notice(
    "good",
    "Registered",
    el("p", {}, `In transaction ${hash}.`),
    route === undefined ? undefined : el("p", {}, el("a", { href: linkTo(route) }, `Look at the ${kind}`)),
  );
}
