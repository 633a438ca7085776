import { el } from "../dom.js";
import type { Page, View } from "../page.js";
import { part, pending, facts, problem } from "../parts.js";
import { forgetChoice, loadChoice, parseChoice, saveChoice, type Choice } from "../settings.js";
import { messageOf } from "../verdict.js";

/** `#/settings`: which registry on which chain, asked through what. */
export function settingsView(page: Page): View {
  const choice = loadChoice(localStorage);
  const { settings } = page;
  const rpc = textField("rpc", "Address of the RPC node", choice.rpc, "http://127.0.0.1:8545");
  const registry = textField("registry", "Address of the registry", choice.registry, "0x…");
  const gateway = textField("gateway", "IPFS gateway, for published manifests", choice.gateway, "https://…");
  const via = el(
    "fieldset",
    {},
    el("legend", {}, "Connect to the chain through"),
    radio("rpc", "a node", choice, false),
    radio("wallet", "this browser's wallet", choice, page.wallet === undefined),
  );
  const trouble = el("p", { class: "problem", role: "alert" });
  const forget = el("button", { type: "button", class: "quiet" }, "Use the host's settings");
  forget.addEventListener("click", () => {
    forgetChoice(localStorage);
    page.reload();
  });
  const form = el(
    "form",
    { class: "stack" },
    via,
    rpc,
    registry,
    gateway,
    walletField(page, choice.wallet),
    el("div", { class: "row" }, el("button", { type: "submit" }, "Save"), forget),
    trouble,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const value = (name: string): string => {
      const entry = data.get(name);
      return typeof entry === "string" ? entry.trim() : "";
    };
    try {
      const fields = ["via", "rpc", "registry", "gateway", "wallet"].map((name) => [name, value(name)] as const);
      saveChoice(localStorage, parseChoice(Object.fromEntries(fields)));
      page.reload();
    } catch (error) {
      trouble.textContent = messageOf(error);
    }
  });
  return {
    title: "Settings",
    content: [
      el("h1", {}, "Settings"),
      el(
        "p",
        {},
        "Kept in this browser. Empty fields use what the host of this page suggests. An RPC node can give false answers: " +
          "use your own, or verify certificates yourself.",
      ),
      form,
      part(
        "In use",
        facts([
          ["Through", settings.via === "wallet" ? "this browser's wallet" : (settings.rpc ?? "no RPC node is set")],
          page.wallet === undefined ? undefined : ["Wallet", page.wallet.name],
          ["Registry", settings.registry === undefined ? "none is set" : el("code", {}, settings.registry)],
        ]),
        pending(
          page.chain(),
          "Asking the chain",
          (chain) => facts([["Answer", `A drift registry is there, on chain ${chain.chainId}.`]]),
          (error) => problem("No answer from a registry", error),
        ),
      ),
    ],
  };
}

/** Which wallet, where the browser has several; the choice is kept where it has not. */
function walletField({ wallets }: Page, chosen: string): HTMLElement {
  if (wallets.length < 2) return el("input", { type: "hidden", name: "wallet", value: chosen });
  const select = el(
    "select",
    { id: "wallet", name: "wallet" },
    ...wallets.map(({ id, name }) => el("option", { value: id, selected: id === chosen }, name)),
  );
  return el("div", { class: "field" }, el("label", { for: "wallet" }, "Wallet"), select);
}

function textField(
  name: "rpc" | "registry" | "gateway",
  label: string,
  value: string,
  placeholder: string,
): HTMLElement {
  const options = { type: "text", id: name, name, value, placeholder, spellcheck: "false", autocomplete: "off" };
  return el("div", { class: "field" }, el("label", { for: name }, label), el("input", options));
}

function radio(value: Choice["via"], label: string, choice: Choice, isDisabled: boolean): HTMLElement {
  const id = `via-${value}`;
  return el(
    "div",
    { class: "radio" },
    el("input", { type: "radio", name: "via", id, value, checked: choice.via === value, disabled: isDisabled }),
    el("label", { for: id }, isDisabled ? `${label} (there is none)` : label),
  );
}
