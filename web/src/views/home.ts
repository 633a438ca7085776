import { el } from "../dom.js";
import { linkTo, parseSearch } from "../route.js";
import type { Page, View } from "../page.js";

/** `#/`: the search, and where else to go. */
export function homeView(page: Page): View {
  return {
    title: "Fine-Tuning Integrity",
    content: [
      el("h1", {}, "How far is a fine-tune from its base?"),
      el(
        "p",
        { class: "lead" },
        "Publishers prove it, a registry on Ethereum keeps the proof, and this page shows what a certificate proves, and what it does not.",
      ),
      searchForm(page),
      el(
        "ul",
        { class: "cards" },
        card("check", "Check my file", "Recompute a model's id from its weights, here in the browser, and look it up."),
        card("verify", "Verify a certificate", "Check the proof in a certificate file, in this browser alone."),
        card("publish", "Publish", "Register a base, a policy or a certificate with your wallet."),
      ),
    ],
  };
}

function card(page: "check" | "verify" | "publish", title: string, text: string): HTMLElement {
  return el("li", {}, el("a", { href: linkTo({ page }) }, el("strong", {}, title), el("span", {}, text)));
}

/** The search field, wherever it is needed. */
export function searchForm(page: Page): HTMLElement {
  const input = el("input", {
    id: "search",
    name: "search",
    type: "text",
    inputmode: "text",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: "0x…",
    "aria-describedby": "search-hint search-problem",
  });
  const trouble = el("p", { id: "search-problem", class: "problem", role: "alert" });
  const form = el(
    "form",
    { class: "search", role: "search" },
    el("label", { for: "search" }, "Model id, certificate id or publisher's address"),
    el("div", { class: "row" }, input, el("button", { type: "submit" }, "Look up")),
    el("p", { id: "search-hint", class: "hint" }, "Ids have 64 hex digits after 0x, addresses 40."),
    trouble,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const target = parseSearch(input.value);
    if ("route" in target) {
      page.go(linkTo(target.route));
      return;
    }
    trouble.textContent = target.problem;
    input.setAttribute("aria-invalid", "true");
    input.focus();
  });
  return form;
}
