import { type Manifest, policyWords } from "fine-tuning-integrity";
import { NOT_SAID } from "fine-tuning-integrity/registry";
import type { Policy } from "fine-tuning-integrity/prove";
import { el } from "../dom.js";
import { list, part } from "../parts.js";

/** What may have changed and what may not, in words. */
export function policyPart(policy: Policy, manifest: Manifest | undefined): HTMLElement[] {
  const { mayChange, mayNot, extensions, resolution, isExact } = policyWords(policy, manifest);
  return [
    part(
      "What may have changed",
      list(mayChange, { class: "words" }),
      isExact
        ? undefined
        : el("p", { class: "hint" }, "In tiles and integers: the registry stores neither names nor norms."),
    ),
    part("What may not", el("p", { class: "words" }, mayNot)),
    ...(extensions.length === 0 ? [] : [part("What only one of the models has", list(extensions, { class: "words" }))]),
    ...(resolution.length === 0 ? [] : [part("What is not seen", list(resolution, { class: "words" }))]),
  ];
}

/** What no certificate says. */
export function notSaidPart(): HTMLElement {
  return part("What a certificate does not say", list(NOT_SAID));
}
