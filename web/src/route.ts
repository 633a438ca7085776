import type { Hex } from "fine-tuning-integrity";

/** What the address's fragment asks for. Every route can be linked to. */
export type Route =
  | { readonly page: "home" | "check" | "verify" | "publish" | "settings" }
  | { readonly page: "model" | "certificate" | "publisher" | "find"; readonly id: Hex }
  | { readonly page: "unknown"; readonly path: string };

const PLAIN_PAGES = ["check", "verify", "publish", "settings"] as const;

/** Reads a fragment such as `#/model/0x…`, with or without its `#`. Never throws: what it does not know is `unknown`. */
export function parseRoute(fragment: string): Route {
  const path = fragment.replace(/^#?\/?/u, "");
  if (path === "") return { page: "home" };
  const plain = PLAIN_PAGES.find((page) => page === path);
  if (plain !== undefined) return { page: plain };
  const [kind, id = "", ...rest] = path.split("/");
  if (rest.length === 0) {
    if ((kind === "model" || kind === "certificate" || kind === "find") && isId(id)) {
      return { page: kind, id: id.toLowerCase() as Hex };
    }
    if (kind === "publisher" && isAddress(id)) return { page: kind, id: id.toLowerCase() as Hex };
  }
  return { page: "unknown", path };
}

/** The fragment of a route. */
export function linkTo(route: Route): string {
  if (route.page === "home") return "#/";
  if (route.page === "unknown") return `#/${route.path}`;
  return "id" in route ? `#/${route.page}/${route.id}` : `#/${route.page}`;
}

/** Where a search leads, or why it leads nowhere. */
export type SearchTarget = { readonly route: Route } | { readonly problem: string };

/** What somebody typed or pasted: an id of 32 bytes, an address of 20. */
export function parseSearch(text: string): SearchTarget {
  const query = text.trim();
  if (isId(query)) return { route: { page: "find", id: query.toLowerCase() as Hex } };
  if (isAddress(query)) return { route: { page: "publisher", id: query.toLowerCase() as Hex } };
  if (query === "") return { problem: "Type or paste a model id, a certificate id or a publisher's address." };
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/iu.test(query)) return { problem: "Ids and addresses start with 0x." };
  if (/^0x[0-9a-f]*$/iu.test(query)) {
    return { problem: `That has ${query.length - 2} hex digits: an id has 64, an address 40.` };
  }
  return { problem: "That is neither an id (0x and 64 hex digits) nor an address (0x and 40)." };
}

function isId(text: string): boolean {
  return /^0x[0-9a-f]{64}$/iu.test(text);
}

function isAddress(text: string): boolean {
  return /^0x[0-9a-f]{40}$/iu.test(text);
}
