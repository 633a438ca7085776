import { encodeManifest, type QueryModelInput } from "fine-tuning-integrity";
import { TIER_NAMES, type TierName, TIERS } from "fine-tuning-integrity/prove";
import type { NamedBytes } from "./blob-source.js";
import { hostFile } from "./host-files.js";
import type { Page } from "./page.js";
import type { Settings } from "./settings.js";
import { openAnchors, type AnchorFiles } from "./work/anchor-files.js";
import { resultOf } from "./work/portable-result.js";
import { startWork } from "./work/start.js";

/** Keys under which registered certificates are verified, in a worker. */
export type HostsVerifier = NonNullable<QueryModelInput["verify"]>;

/** Tiers with tiles of side `2^t` whose keys the host offers. */
function offeredTiers({ verifyingKeys }: Settings, t: number): TierName[] {
  return TIER_NAMES.filter((name) => TIERS[name].t === t && verifyingKeys[name] !== undefined);
}

/** Whether the host offers what certificates of models with such tiles are verified with. */
export function offersVerifier(settings: Settings, t: number): boolean {
  return settings.srs !== undefined && offeredTiers(settings, t).length > 0;
}

/**
 * A verifier under the keys of the page's host; `undefined` if it offers none. `srs`: the reader's own, instead of the
 * host's. The chain is asked on this thread, which alone has wallets; proofs are verified in a worker, which ends when the
 * reader leaves. Throws `UnavailableError` for what is offered and cannot be fetched, `InputError`, `FormatError`.
 */
export async function hostsVerifier(
  page: Page,
  t: number,
  srs: NamedBytes | undefined,
): Promise<HostsVerifier | undefined> {
  const { settings } = page;
  const tiers = offeredTiers(settings, t);
  const srsFile = srs ?? (settings.srs === undefined ? undefined : await hostFile(settings.srs));
  if (srsFile === undefined || tiers.length === 0) return undefined;
  const verifyingKeys: Partial<Record<TierName, { name: string; text: string }>> = {};
  for (const tier of tiers) {
    const { name, bytes } = await hostFile(settings.verifyingKeys[tier] ?? "");
    verifyingKeys[tier] = { name, text: await bytes.text() };
  }
  const files: AnchorFiles = { srs: srsFile, verifyingKeys };
  const { anchors, hasHollowKey } = await openAnchors(files);
  return {
    anchors,
    insecure: settings.hostKeys === "development" || hasHollowKey,
    verifier: async (certificate, manifest) => {
      const work = startWork(
        { kind: "verify", certificate, manifest: manifest && encodeManifest(manifest), files },
        () => undefined,
      );
      page.onLeave(() => work.cancel());
      return resultOf((await work.result).result);
    },
  };
}
