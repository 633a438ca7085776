import { BrowserProvider, FetchRequest, JsonRpcProvider, Network, type Eip1193Provider, type Signer } from "ethers";
import { DriftRegistryClient, InputError, UnavailableError } from "fine-tuning-integrity";
import { askChainId } from "fine-tuning-integrity/registry";
import { browserLogStore } from "./log-store.js";
import type { Settings } from "./settings.js";

const TIMEOUT_MS = 20_000;

/** The registry that the page asks, and through what. */
export interface Chain {
  readonly registry: DriftRegistryClient;
  readonly chainId: bigint;
  /** Whose word the answers are: the node's address, or the wallet. */
  readonly source: string;
}

/**
 * Throws `InputError` where a setting is missing or no registry is at the address, `UnavailableError` if the chain cannot
 * be asked.
 */
export async function connectChain(settings: Settings, wallet: Eip1193Provider | undefined): Promise<Chain> {
  const { registry: address, via } = settings;
  if (address === undefined) {
    throw new InputError("no registry is set", { remedy: "Enter its address in the settings." });
  }
  const { provider, chainId, source } = via === "wallet" ? await openWallet(wallet) : await openNode(settings.rpc);
  if (settings.chainId !== undefined && chainId !== BigInt(settings.chainId)) {
    throw new UnavailableError(`${source} is on chain ${chainId}, the registry is on chain ${settings.chainId}`, {
      remedy: via === "wallet" ? "Switch the wallet's network." : "Enter an RPC node of that chain in the settings.",
    });
  }
  const registry = new DriftRegistryClient(address, provider, {
    deployedAt: settings.fromBlock,
    store: browserLogStore(source),
  });
  await registry.assertPresent();
  return { registry, chainId, source };
}

/** The wallet's account, after its owner agreed. Throws `UnavailableError` if they do not, or the chain differs. */
export async function walletSigner(wallet: Eip1193Provider | undefined, chainId: bigint): Promise<Signer> {
  const { provider, chainId: actual } = await openWallet(wallet);
  if (actual !== chainId) {
    throw new InputError(`the wallet is on chain ${actual}, the registry on chain ${chainId}`, {
      remedy: "Switch the wallet's network and try again.",
    });
  }
  try {
    return await provider.getSigner();
  } catch (cause) {
    throw new UnavailableError("the wallet gave no account", { remedy: "Unlock it and allow this page.", cause });
  }
}

interface Opened<P> {
  readonly provider: P;
  readonly chainId: bigint;
  readonly source: string;
}

async function openWallet(wallet: Eip1193Provider | undefined): Promise<Opened<BrowserProvider>> {
  if (wallet === undefined) {
    throw new UnavailableError("this browser has no wallet", {
      remedy: "Install one that offers itself to pages (EIP-1193), or enter an RPC node in the settings.",
    });
  }
  const provider = new BrowserProvider(wallet, "any", { cacheTimeout: -1 });
  try {
    return { provider, chainId: (await provider.getNetwork()).chainId, source: "your wallet" };
  } catch (cause) {
    throw new UnavailableError("the wallet does not answer", { remedy: "Unlock it and reload the page.", cause });
  }
}

async function openNode(rpc: string | undefined): Promise<Opened<JsonRpcProvider>> {
  if (rpc === undefined) {
    throw new InputError("no RPC node is set", { remedy: "Enter its address in the settings, or use a wallet." });
  }
  const chainId = await askChainId(rpc, {
    timeoutMs: TIMEOUT_MS,
    remedy:
      "Check the RPC node's address in the settings, that it is running, and that it accepts requests from " +
      "web pages (CORS).",
  });
  const request = new FetchRequest(rpc);
  request.timeout = TIMEOUT_MS;
  const options = { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 } as const;
  return { provider: new JsonRpcProvider(request, Network.from(chainId), options), chainId, source: rpc };
}
