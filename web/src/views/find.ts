import type { Hex } from "fine-tuning-integrity";
import { el } from "../dom.js";
import type { Page, View } from "../page.js";
import { facts, idText, notice, pending } from "../parts.js";
import { linkTo } from "../route.js";
import { searchForm } from "./home.js";

type Found = "model" | "certificate" | "policy" | undefined;

/** `#/find/0x…`: an id whose kind the reader need not know. */
export function findView(page: Page, id: Hex): View {
  let hasLeft = false;
  page.onLeave(() => {
    hasLeft = true;
  });
  return {
    title: "Search",
    content: [
      el("h1", {}, "Search"),
      searchForm(page),
      pending(kindOf(page, id), "Asking the registry", (kind) => {
        if (kind === "certificate" || kind === "model") {
          // In place of this page: going back leads to where the search was made.
          if (!hasLeft) location.replace(linkTo({ page: kind, id }));
          return el("p", {}, "Found.");
        }
        if (kind === "policy") return notice("plain", "That is a policy", facts([["Policy", idText(id)]]));
        return notice(
          "unknown",
          "Nothing has this id here",
          el(
            "p",
            {},
            "No model, certificate or policy in this registry has it. It may be in another one, or on another " +
              "chain.",
          ),
        );
      }),
    ],
  };
}

async function kindOf(page: Page, id: Hex): Promise<Found> {
  const { registry } = await page.chain();
  const [certificate, model, policy] = await Promise.all([
    registry.getCertificate(id),
    registry.getModel(id),
    registry.getPolicy(id),
  ]);
  if (certificate !== undefined) return "certificate";
  if (model !== undefined) return "model";
  return policy === undefined ? undefined : "policy";
}
