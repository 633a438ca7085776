import "./no-eval.js";
import { connectChain, type Chain } from "./chain.js";
import { el } from "./dom.js";
import type { Page, View } from "./page.js";
import { failure } from "./parts.js";
import { linkTo, parseRoute, type Route } from "./route.js";
import { loadChoice, parseHostConfig, settingsOf, type HostConfig } from "./settings.js";
import { discoverWallets, pickWallet } from "./wallets.js";
import { shorten } from "./words.js";
import { messageOf } from "./verdict.js";
import { certificateView } from "./views/certificate.js";
import { checkView } from "./views/check.js";
import { findView } from "./views/find.js";
import { homeView } from "./views/home.js";
import { modelView } from "./views/model.js";
import { publishView } from "./views/publish.js";
import { publisherView } from "./views/publisher.js";
import { settingsView } from "./views/settings.js";
import { verifyView } from "./views/verify.js";

let leaving: (() => void)[] = [];
const wallets = discoverWallets(window);

async function start(): Promise<void> {
  const main = byId("main");
  // Its fragment would be taken for a page.
  document.querySelector(".skip")?.addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  let host: HostConfig;
  try {
    host = await loadHostConfig();
  } catch (error) {
    main.replaceChildren(el("h1", {}, "This page is not set up"), failure(error));
    return;
  }
  const show = (isFirst: boolean): void => {
    leaving.forEach((run) => run());
    leaving = [];
    const route = parseRoute(location.hash);
    const page = openPage(host, () => show(false));
    showNavigation(route);
    showNetwork(page);
    const view = viewOf(page, route);
    document.title = route.page === "home" ? view.title : `${view.title} · Fine-Tuning Integrity`;
    main.replaceChildren(...view.content);
    window.scrollTo(0, 0);
    // So that a screen reader starts at the new content; not on the first load, where nothing was left.
    if (!isFirst) main.focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", () => show(false));
  show(true);
}

function openPage(host: HostConfig, reload: () => void): Page {
  const settings = settingsOf(host, loadChoice(localStorage));
  const wallet = pickWallet(wallets(), settings.wallet);
  let chain: Promise<Chain> | undefined;
  return {
    settings,
    wallets: wallets(),
    wallet,
    chain: () => (chain ??= connectChain(settings, wallet?.provider)),
    go: (fragment) => {
      location.hash = fragment;
    },
    reload,
    onLeave: (run) => leaving.push(run),
  };
}

function viewOf(page: Page, route: Route): View {
  switch (route.page) {
    case "home":
      return homeView(page);
    case "find":
      return findView(page, route.id);
    case "model":
      return modelView(page, route.id);
    case "certificate":
      return certificateView(page, route.id);
    case "publisher":
      return publisherView(page, route.id);
    case "check":
      return checkView(page);
    case "verify":
      return verifyView(page);
    case "publish":
      return publishView(page);
    case "settings":
      return settingsView(page);
    default:
      return {
        title: "Not found",
        content: [
          el("h1", {}, "There is no such page"),
          el("p", {}, "The address may have lost a part. ", el("a", { href: linkTo({ page: "home" }) }, "Search"), "."),
        ],
      };
  }
}

function showNavigation(route: Route): void {
  for (const link of byId("pages").querySelectorAll("a")) {
    if (link.getAttribute("href") === linkTo(route)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** One line that is always there: what is asked. Insecure keys are never far from the eye. */
function showNetwork({ settings }: Page): void {
  const line = byId("network");
  const { registry, rpc, via, keys } = settings;
  line.classList.toggle("danger", keys === "development");
  if (registry === undefined) {
    line.replaceChildren("No registry is set: ", el("a", { href: linkTo({ page: "settings" }) }, "name one"), ".");
    return;
  }
  const source = via === "wallet" ? "your wallet" : rpc === undefined ? "no node" : new URL(rpc).host;
  const where = `Registry ${shorten(registry)} through ${source}.`;
  line.textContent = keys === "development" ? `${where} INSECURE keys: certificates here prove nothing.` : where;
}

async function loadHostConfig(): Promise<HostConfig> {
  const response = await fetch("./config.json", { cache: "no-cache" });
  // A page without the file is complete: the reader sets everything.
  return response.ok ? parseHostConfig(await response.text()) : {};
}

function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html lacks #${id}`);
  return element;
}

start().catch((error: unknown) => {
  document.body.append(el("p", { role: "alert" }, messageOf(error)));
});
