import type { Eip1193Provider } from "ethers";

/** A wallet of this browser. */
export interface Wallet {
  /** What it is remembered by: its reverse domain name (EIP-6963), or nothing for `window.ethereum`. */
  readonly id: string;
  /** Its own word. */
  readonly name: string;
  readonly provider: Eip1193Provider;
}

/** The part of a window that wallets use. */
export interface WalletHost extends EventTarget {
  readonly ethereum?: unknown;
}

/**
 * The wallets of this browser: those that announce themselves (EIP-6963), now or later, and before them the one that put
 * itself at `window.ethereum`, which several fight for. Asks them to announce themselves; the list is read when it is needed.
 */
export function discoverWallets(host: WalletHost): () => readonly Wallet[] {
  const announced = new Map<string, Wallet>();
  host.addEventListener("eip6963:announceProvider", (event) => {
    const wallet = announcedWallet((event as CustomEvent<unknown>).detail);
    if (wallet !== undefined) announced.set(wallet.id, wallet);
  });
  host.dispatchEvent(new Event("eip6963:requestProvider"));
  return () => {
    const { ethereum } = host;
    const own = isProvider(ethereum) ? [{ id: "", name: "the browser's default", provider: ethereum }] : [];
    return [...own, ...announced.values()];
  };
}

/** The wallet that was chosen; where it is not there, the first. */
export function pickWallet(wallets: readonly Wallet[], id: string): Wallet | undefined {
  return wallets.find((wallet) => wallet.id === id) ?? wallets[0];
}

/** What a stranger's event holds is looked at before it is used. */
function announcedWallet(detail: unknown): Wallet | undefined {
  if (!isRecord(detail) || !isRecord(detail["info"]) || !isProvider(detail["provider"])) return undefined;
  const { rdns, name } = detail["info"];
  if (typeof rdns !== "string" || rdns === "" || typeof name !== "string") return undefined;
  return { id: rdns, name: name.slice(0, 60), provider: detail["provider"] };
}

function isProvider(value: unknown): value is Eip1193Provider {
  return isRecord(value) && typeof value["request"] === "function";
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
