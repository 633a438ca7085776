import { type Hex, InputError } from "fine-tuning-integrity";
import type { RegisteredCertificate } from "fine-tuning-integrity/registry";
import { walletSigner } from "../chain.js";
import { el } from "../dom.js";
import type { Page } from "../page.js";
import { problem } from "../parts.js";

/** Lets a certificate's publisher end it, with a reason. */
export function revokePart(page: Page, certificate: RegisteredCertificate): HTMLElement {
  const reason = el("input", { type: "text", id: "reason", autocomplete: "off" });
  const button = el("button", { type: "submit" }, "Revoke for good");
  const outcome = el("div", { "aria-live": "polite" });
  const form = el(
    "form",
    {},
    el(
      "p",
      {},
      "It cannot be undone. The certificate stays in the registry, with your reason, and no longer certifies anything.",
    ),
    el("div", { class: "field" }, el("label", { for: "reason" }, "Reason, for all to read"), reason),
    el("p", {}, button),
    outcome,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    outcome.replaceChildren(el("p", { role: "status" }, "Waiting for the wallet and the chain …"));
    revoke(page, certificate, reason.value.trim())
      .then(() => page.reload())
      .catch((error: unknown) => {
        button.disabled = false;
        outcome.replaceChildren(problem("Not revoked", error));
      });
  });
  return el("details", {}, el("summary", {}, "Revoke it, as its publisher"), form);
}

async function revoke(page: Page, { certificateId, publisher }: RegisteredCertificate, reason: string): Promise<void> {
  const { registry, chainId } = await page.chain();
  const signer = await walletSigner(page.wallet?.provider, chainId);
  const account = (await signer.getAddress()).toLowerCase() as Hex;
  if (account !== publisher) {
    throw new InputError(`only its publisher ${publisher} can revoke it, not ${account}`, {
      remedy: "Choose that account in the wallet.",
    });
  }
  await registry.revoke(signer, [certificateId], reason);
}
