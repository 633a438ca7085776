import type { CertifyTerms } from "fine-tuning-integrity/registry";
import { el } from "../dom.js";
import { fileField } from "../file-field.js";
import { termsOf } from "../terms.js";

/** Asks for what a publisher adds to a certificate: an end, and where more is to be found. */
export function termsFields(): { readonly element: HTMLElement; read(): Promise<CertifyTerms> } {
  const expiresOn = el("input", { type: "date", id: "expires-on" });
  const uri = el("input", { type: "text", id: "metadata-uri", placeholder: "https://…", autocomplete: "off" });
  const content = fileField({
    name: "metadata",
    label: "The file at that address",
    hint: "Its hash (keccak256) is registered with the address. The file itself stays here.",
  });
  const element = el(
    "details",
    {},
    el("summary", {}, "Expiry and further information (optional)"),
    el(
      "div",
      { class: "field" },
      el("label", { for: "expires-on" }, "Not valid from this day on (UTC)"),
      expiresOn,
      el("p", { class: "hint" }, "It cannot be changed later. Without a day, the certificate does not expire."),
    ),
    el("div", { class: "field" }, el("label", { for: "metadata-uri" }, "Address of further information"), uri),
    content.element,
  );
  return {
    element,
    read: async () => {
      const [file] = content.files();
      const bytes = file === undefined ? undefined : new Uint8Array(await file.arrayBuffer());
      return termsOf({ expiresOn: expiresOn.value, uri: uri.value.trim(), content: bytes });
    },
  };
}
