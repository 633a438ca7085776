import type { Hex } from "fine-tuning-integrity";
import { type LoggedStanding, newestOfPublisher } from "fine-tuning-integrity/registry";
import { el } from "../dom.js";
import type { Page, View } from "../page.js";
import { facts, idText, notice, pending, wholeId } from "../parts.js";
import { counted } from "../words.js";

/** A page of more would be too long to read. */
const MOST_SHOWN = 50;

/** `#/publisher/0x…`: what an address has registered. */
export function publisherView(page: Page, address: Hex): View {
  return {
    title: "Publisher",
    content: [
      el("h1", {}, "Publisher"),
      wholeId(address),
      el(
        "p",
        { class: "hint" },
        "Addresses are not identities. Compare this one with the one that the publisher announces.",
      ),
      pending(
        page.chain().then(({ registry }) => newestOfPublisher(registry, address, MOST_SHOWN)),
        "Searching the registry's log",
        ({ count, newest }) =>
          count === 0
            ? notice("plain", "No certificates", el("p", {}, "This address has registered none in this registry."))
            : [
                el("h2", {}, counted(count, "certificate")),
                ...(count > newest.length
                  ? [el("p", { class: "hint" }, `The newest ${newest.length} are shown.`)]
                  : []),
                ...newest.map(card),
              ],
      ),
    ],
  };
}

function card({ certificateId, baseModelId, tunedModelId, blockNumber, status }: LoggedStanding): HTMLElement {
  return el(
    "article",
    { class: "card" },
    el("h3", {}, "Certificate ", idText(certificateId, { page: "certificate", id: certificateId })),
    status === "active" ? undefined : el("p", { class: "problem" }, `No longer valid: ${status}.`),
    facts([
      ["From base", idText(baseModelId, { page: "model", id: baseModelId })],
      ["To fine-tune", idText(tunedModelId, { page: "model", id: tunedModelId })],
      ["Block", String(blockNumber)],
    ]),
  );
}
