import { type Hex, InputError, UnavailableError } from "fine-tuning-integrity";
import { el } from "../dom.js";
import { fileField } from "../file-field.js";
import { learnManifestFile } from "../manifests.js";
import type { Page } from "../page.js";
import { fetchable } from "../fetchable.js";
import { part, pending, problem } from "../parts.js";
import { linkTo } from "../route.js";

/** Beyond this it is no manifest. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Asks for the manifest of which the registry has only the hash: from a file, or from an address that somebody has
 * published. Addresses are strangers' words and tell their host who reads: nothing is fetched before a click.
 */
export function manifestPart(page: Page, modelId: Hex, manifestHash: Hex): HTMLElement {
  const trouble = el("div", { "aria-live": "polite" });
  const learn = async (read: () => Promise<{ text: string; name: string }>): Promise<void> => {
    trouble.replaceChildren();
    try {
      const { text, name } = await read();
      const hash = learnManifestFile(text, name);
      if (hash !== manifestHash) {
        throw new InputError(`${name}: is another model's manifest: its hash is ${hash}, expected ${manifestHash}`);
      }
      page.reload();
    } catch (error) {
      trouble.replaceChildren(problem("That manifest cannot be used", error));
    }
  };
  const field = fileField({
    name: "manifest",
    label: "base.model.json, or the manifest",
    hint: "As the publisher of the base made it. It is checked against the registry and stays in your browser.",
    onChange: ([file]) => {
      if (file !== undefined) void learn(async () => ({ text: await file.text(), name: file.name }));
    },
  });
  const addresses = pending(
    page.chain().then(({ registry }) => registry.findManifestUris(modelId)),
    "Looking for published addresses",
    (uris) => offers(uris, page.settings.gateway, learn),
  );
  return part(
    "Show the names of tensors",
    el(
      "p",
      {},
      "The registry stores tiles and integers only. With the base's manifest, whose hash it stores, rules are checked " +
        "and shown by tensor.",
    ),
    field.element,
    addresses,
    trouble,
  );
}

type Learn = (read: () => Promise<{ text: string; name: string }>) => Promise<void>;

/** A button for each address that a page can fetch; others are named, for whoever can. */
function offers(uris: readonly string[], gateway: string | undefined, learn: Learn): HTMLElement[] {
  const [buttons, others]: [HTMLElement[], string[]] = [[], []];
  for (const uri of new Set(uris)) {
    const address = fetchable(uri, gateway);
    if (address === undefined) others.push(uri);
    else buttons.push(fetchButton(address, learn));
  }
  const settings = el("a", { href: linkTo({ page: "settings" }) }, "the settings");
  const needsGateway = gateway === undefined && others.some((uri) => uri.startsWith("ipfs://"));
  return [
    ...(buttons.length === 0 ? [] : [el("div", { class: "row" }, ...buttons)]),
    ...others.map((uri) => el("p", { class: "hint" }, "Published at ", el("code", {}, uri), ".")),
    ...(needsGateway ? [el("p", { class: "hint" }, "To fetch it from IPFS, name a gateway in ", settings, ".")] : []),
  ];
}

function fetchButton(uri: string, learn: Learn): HTMLElement {
  const button = el("button", { type: "button", class: "quiet" }, `Fetch it from ${new URL(uri).host}`);
  button.addEventListener("click", () => void learn(async () => ({ text: await fetchText(uri), name: uri })));
  return button;
}

async function fetchText(uri: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(uri, { referrerPolicy: "no-referrer", credentials: "omit" });
  } catch (cause) {
    throw new UnavailableError(`${uri}: cannot be fetched`, { remedy: "Fetch it by hand and drop it here.", cause });
  }
  if (!response.ok) throw new UnavailableError(`${uri}: answers ${response.status}`);
  if (Number(response.headers.get("content-length") ?? 0) > MAX_BYTES) throw new InputError(`${uri}: is too large`);
  return response.text();
}
