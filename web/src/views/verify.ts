import { type Certificate, decodeManifest, InputError, parseCertificate } from "fine-tuning-integrity";
import { tierById } from "fine-tuning-integrity/registry";
import type { TierName } from "fine-tuning-integrity/prove";
import { el } from "../dom.js";
import { fileField } from "../file-field.js";
import { givenOrHosts } from "../host-files.js";
import { learnManifest } from "../manifests.js";
import type { Page, View } from "../page.js";
import { facts, failure, idText, part, pending, problem, wholeId } from "../parts.js";
import { linkTo } from "../route.js";
import type { KeyOrigin } from "../settings.js";
import { resultOf } from "../work/portable-result.js";
import { startWork, type Work } from "../work/start.js";
import type { Verified } from "../work/verify.js";
import { notSaidPart, policyPart } from "./policy-part.js";
import { checkList, framedState, validNotice } from "./verification-part.js";

/** `#/verify`: a certificate's proofs, checked here and now. */
export function verifyView(page: Page): View {
  const certificateField = fileField({
    name: "certificate",
    label: "The certificate",
    hint: "certificate.json, as fti prove wrote it.",
  });
  const { srs: hostSrs, verifyingKeys, hostKeys } = page.settings;
  const hasKeys = Object.keys(verifyingKeys).length > 0;
  const key = fileField({
    name: "key",
    label: hasKeys ? "The verifying key, if not the host's" : "The verifying key",
    hint: "The key of the certificate's tier, as snarkjs exports it (….vkey.json).",
  });
  const srs = fileField({
    name: "srs",
    label: hostSrs === undefined ? "The SRS (.ptau)" : "The SRS (.ptau), if not the host's",
    hint: "Only its first points are read.",
  });
  const outcome = el("div", { "aria-live": "polite" });
  const button = el("button", { type: "submit" }, "Verify");
  const form = el("form", { class: "stack" }, certificateField.element, key.element, srs.element, button);
  let work: Work<Verified> | undefined;
  page.onLeave(() => work?.cancel());

  const run = async (): Promise<void> => {
    outcome.replaceChildren(el("p", { role: "status" }, "Checking the proofs …"));
    const [file] = certificateField.files();
    if (file === undefined) throw new InputError("no certificate is chosen", { remedy: "Choose certificate.json." });
    const parsed = parseCertificate(await file.text(), file.name);
    const { manifest, ...certificate } = parsed;
    const keys: Partial<Record<TierName, { name: string; text: string }>> = {};
    const tiers = tiersOf(parsed);
    const [given] = key.files();
    if (given !== undefined && tiers.length > 1) {
      throw new InputError(`the certificate needs the keys of ${tiers.length} tiers, one is given`);
    }
    for (const tier of tiers) {
      const name = tierById(tier)?.name;
      if (name === undefined) continue;
      const bytes = await givenOrHosts(given, verifyingKeys[name], `the verifying key of tier ${name}`);
      keys[name] = { name: bytes.name, text: await bytes.bytes.text() };
    }
    const srsFile = await givenOrHosts(srs.files()[0], hostSrs, "the SRS");
    work = startWork(
      { kind: "verify", certificate, manifest, files: { srs: srsFile, verifyingKeys: keys } },
      () => undefined,
    );
    const verified = await work.result;
    // The host's word counts for all of its own files together; its warning, wherever its key is used.
    const isHosts = given === undefined && (srs.files().length === 0 || hostKeys === "development");
    outcome.replaceChildren(...verdictParts(page, parsed, verified, isHosts ? hostKeys : "given"));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    run()
      .catch((error: unknown) => outcome.replaceChildren(failure(error)))
      .finally(() => {
        button.disabled = false;
      });
  });
  return {
    title: "Verify a certificate",
    content: [
      el("h1", {}, "Verify a certificate"),
      el("p", { class: "lead" }, "Runs every check of the registry in your browser."),
      form,
      outcome,
    ],
  };
}

/** The tiers whose keys a certificate needs. */
function tiersOf({ segments }: Certificate): number[] {
  return [...new Set(segments.map(({ tierId }) => tierId))];
}

function verdictParts(
  page: Page,
  certificate: Certificate,
  verified: Verified,
  keys: KeyOrigin | "given",
): HTMLElement[] {
  const checks = checkList(verified.checks);
  const result = resultOf(verified.result);
  if (!result.valid) {
    return [framedState("bad", "invalid", "Invalid", el("p", {}, result.error.shortMessage), checks)];
  }
  const manifest = decodeManifest(certificate.manifest);
  learnManifest(manifest);
  const { base, publisher, registry, chainId, policy, insecure } = certificate;
  const { baseModelId: baseId, tunedModelId: tunedId } = result;
  const changed = certificate.segments.reduce((sum, { tiles }) => sum + tiles.length, 0);
  return [
    validNotice({ isInsecure: insecure || verified.hasHollowKey, keys }, checks),
    facts([
      ["From base", idText(baseId, { page: "model", id: baseId })],
      ["To fine-tune", idText(tunedId, { page: "model", id: tunedId })],
      ["Changed", `${changed} of ${base.tileCount} tiles`],
      ["Publisher", idText(publisher, { page: "publisher", id: publisher })],
      ["For registry", `${registry} on chain ${chainId}`],
      ["SRS", idText(verified.srsId)],
    ]),
    ...policyPart(policy, manifest),
    part("In the registry", registration(page, certificate, verified)),
    notSaidPart(),
  ];
}

/** A valid certificate need not be registered: that is another question, with its own three answers. */
function registration(page: Page, certificate: Certificate, { certificateId }: Verified): HTMLElement {
  const { registry } = page.settings;
  const own = certificate.registry.toLowerCase();
  if (registry !== own) {
    return el(
      "p",
      {},
      `It is for the registry ${own} on chain ${certificate.chainId}, which this page is not connected to.`,
    );
  }
  const ask = async (): Promise<"registered" | "absent" | "elsewhere"> => {
    const chain = await page.chain();
    if (chain.chainId !== certificate.chainId) return "elsewhere";
    return (await chain.registry.getCertificate(certificateId)) === undefined ? "absent" : "registered";
  };
  const link = { page: "certificate", id: certificateId } as const;
  return pending(
    ask(),
    "Asking the registry",
    (answer) => {
      if (answer === "elsewhere")
        return el("p", {}, `It is for chain ${certificate.chainId}, which this page is not connected to.`);
      if (answer === "absent") {
        return el("p", {}, "It is not registered. ", el("a", { href: linkTo({ page: "publish" }) }, "Publish it"), ".");
      }
      return el(
        "div",
        {},
        el("p", {}, "It is ", el("a", { href: linkTo(link) }, "registered"), "."),
        wholeId(certificateId),
      );
    },
    (error) => problem("Could not check whether it is registered", error),
  );
}
