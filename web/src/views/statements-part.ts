import type { Hex } from "fine-tuning-integrity";
import { type Statement, statementsAbout } from "fine-tuning-integrity/registry";
import { el } from "../dom.js";
import type { Page } from "../page.js";
import { idText, list, part, pending } from "../parts.js";
import { messageOf } from "../verdict.js";

/** Where more is to be found, and who says so: `own` is whom the registry names with the subject. */
export function statementsPart(
  page: Page,
  subjectId: Hex,
  own: { readonly address: Hex; readonly is: string },
): HTMLElement {
  return part(
    "Published information",
    pending(
      page.chain().then(({ registry }) => statementsAbout(registry, subjectId)),
      "Reading the registry's log",
      (statements) =>
        statements.length === 0
          ? el("p", {}, "Nobody has published anything about it here.")
          : [
              el(
                "p",
                { class: "hint" },
                "Anybody can publish a statement about anything. Neither the registry nor this page checks it.",
              ),
              list(statements.map((statement) => said(statement, own))),
            ],
      (error) => el("p", {}, `The log could not be read: ${messageOf(error)}.`),
    ),
  );
}

function said(
  { publisher, uri, contentHash }: Statement,
  own: { readonly address: Hex; readonly is: string },
): HTMLElement {
  const isOwn = publisher === own.address;
  return el(
    "span",
    {},
    isOwn ? `Its ${own.is} ` : "Another account, ",
    idText(publisher, { page: "publisher", id: publisher }),
    ": ",
    place(uri),
    ", of hash ",
    idText(contentHash),
  );
}

/** A link where a browser can follow one: addresses are strangers' words, and only the reader follows them. */
function place(uri: string): HTMLElement {
  const isLink = /^https?:\/\//u.test(uri) && URL.canParse(uri);
  if (!isLink) return el("code", {}, uri);
  return el("a", { href: uri, rel: "noreferrer noopener nofollow", target: "_blank", class: "uri" }, uri);
}
