import { FetchRequest, JsonRpcProvider, Network, Wallet, type Signer } from "ethers";
import { InputError, UnavailableError } from "../errors/errors.js";
import { askChainId } from "../registry/ask-chain-id.js";

const TIMEOUT_MS = 30_000;

/** A node that answered: its chain id is known. */
export interface RpcConnection {
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
}

/**
 * Connects to a JSON-RPC node over HTTP.
 * Throws `InputError` for an address that is not one, `UnavailableError` if nobody answers.
 */
export async function connectRpc(url: string): Promise<RpcConnection> {
  if (!/^https?:\/\//u.test(url) || !URL.canParse(url)) {
    throw new InputError(`--rpc ${JSON.stringify(url)} is not an http address`, {
      remedy: "Write it like http://127.0.0.1:8545.",
    });
  }
  const chainId = await askChainId(url, {
    timeoutMs: TIMEOUT_MS,
    remedy: "Check the address, and that the RPC node is running.",
  });
  const request = new FetchRequest(url);
  request.timeout = TIMEOUT_MS;
  const provider = new JsonRpcProvider(request, Network.from(chainId), {
    staticNetwork: true,
    batchMaxCount: 1,
    cacheTimeout: -1,
    pollingInterval: 500,
  });
  return { provider, chainId };
}

/** Who signs: a key from the environment, or an account that the node keeps unlocked. */
export interface SignerChoice {
  /** Value of `FTI_PRIVATE_KEY`. Never printed. */
  readonly privateKey: string | undefined;
  /** Index among the node's accounts. */
  readonly account: number | undefined;
}

/** Throws `InputError` if there is no usable key or account, `UnavailableError` if the node does not answer. */
export async function chooseSigner({ provider }: RpcConnection, choice: SignerChoice): Promise<Signer> {
  const { privateKey, account } = choice;
  if (account !== undefined) {
    const accounts = (await provider.send("eth_accounts", []).catch((cause: unknown) => {
      throw new UnavailableError("the RPC node does not list its accounts", { cause });
    })) as readonly string[];
    const address = accounts[account];
    if (address === undefined) {
      throw new InputError(`--account ${account}: the RPC node has ${accounts.length} unlocked accounts`, {
        remedy: "Set FTI_PRIVATE_KEY instead.",
      });
    }
    return provider.getSigner(address);
  }
  return walletOf(privateKey).connect(provider);
}

/** The account of a key from the environment, which is never printed. Throws `InputError` if it is none. */
export function walletOf(privateKey: string | undefined): Wallet {
  if (privateKey === undefined || privateKey === "") {
    throw new InputError("there is no key to sign with", {
      remedy: "Set FTI_PRIVATE_KEY, or give --account N for an unlocked account of a local node.",
    });
  }
  if (!/^(0x)?[0-9a-fA-F]{64}$/u.test(privateKey)) {
    throw new InputError("FTI_PRIVATE_KEY is not a key: expected 64 hex digits", { remedy: "Its value is not shown." });
  }
  return new Wallet(privateKey.startsWith("0x") ? privateKey : `0x${privateKey}`);
}
