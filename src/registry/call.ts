import type { Provider, Signer, TransactionReceipt } from "ethers";
import type { Hex } from "../algebra/hex.js";
import { LostTransactionError, RegistryError, UnavailableError } from "../errors/errors.js";
import type { Answer, Arguments, EventArguments, EventName, ViewName } from "./abi-types.js";
import { decodeAnswer, decodeEvent, encodeCall } from "./abi-values.js";
import { DEFAULT_RETRY, withRetry, type RetryPolicy } from "./logs/retry.js";
import { decodeRegistryFailure } from "./revert.js";

/** What a sent transaction cost and where it is. */
export interface Inclusion {
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  readonly gasUsed: bigint;
}

/** Calls a view function, again where the node fails for the moment. Throws `RegistryError` or `UnavailableError`. */
export async function callRegistry<Name extends ViewName>(
  provider: Provider,
  registry: Hex,
  name: Name,
  args: Arguments<Name>,
  retry: RetryPolicy = DEFAULT_RETRY,
): Promise<Answer<Name>> {
  const data = encodeCall(name, args);
  try {
    const result = await withRetry(() => provider.call({ to: registry, data }), retry);
    if (result === "0x") {
      throw new RegistryError(`there is no drift registry at ${registry}`, {
        remedy: "Check the registry's address and the chain.",
      });
    }
    return decodeAnswer(name, result);
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** Milliseconds between looks at whether the node still answers, while a transaction is under way. */
const LOOK_MS = 15_000;

/**
 * Sends a transaction and waits until it is included, for as long as the node answers. Throws `RegistryError`, or
 * `LostTransactionError` where it is not known whether the transaction was, or will be, included.
 */
export async function sendToRegistry(
  signer: Signer,
  registry: Hex,
  data: Hex,
  { retry = DEFAULT_RETRY, lookMs = LOOK_MS }: { readonly retry?: RetryPolicy; readonly lookMs?: number } = {},
): Promise<TransactionReceipt> {
  let transactionHash: string | undefined;
  const send = async (): Promise<TransactionReceipt> => {
    const response = await signer.sendTransaction({ to: registry, data });
    transactionHash = response.hash;
    const receipt = await response.wait();
    if (receipt === null) throw new RegistryError(`transaction ${response.hash} was not included`);
    return receipt;
  };
  try {
    return await whileNodeAnswers(send(), signer.provider, retry, lookMs);
  } catch (error) {
    const failure = decodeRegistryFailure(error);
    if (!(failure instanceof UnavailableError)) throw failure;
    throw new LostTransactionError(`${failure.shortMessage}; whether the transaction was included is not known`, {
      ...(transactionHash === undefined ? {} : { transactionHash }),
      remedy: "Run the same command again: nothing is registered twice.",
      cause: error,
    });
  }
}

/** ethers waits for ever for a node that is gone. This asks it for something else meanwhile, and gives up when that fails. */
async function whileNodeAnswers<T>(
  work: Promise<T>,
  provider: Provider | null,
  retry: RetryPolicy,
  lookMs: number,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const silence = new Promise<never>((_, reject) => {
    const look = (): void => {
      if (isOver || provider === null) return;
      timer = setTimeout(() => {
        withRetry(() => provider.getBlockNumber(), retry).then(look, reject);
      }, lookMs);
    };
    look();
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

export function inclusionOf(receipt: TransactionReceipt): Inclusion {
  return {
    transactionHash: receipt.hash as Hex,
    blockNumber: receipt.blockNumber,
    gasUsed: receipt.gasUsed,
  };
}

/** The arguments of the first event of that name that the registry emitted. Throws `RegistryError` if there is none. */
export function eventArguments<Name extends EventName>(
  receipt: TransactionReceipt,
  registry: Hex,
  name: Name,
): EventArguments<Name> {
  for (const log of receipt.logs) {
    if (log.address.toLowerCase() !== registry.toLowerCase()) continue;
    const event = decodeEvent(log);
    if (event?.name === name) return event.args as EventArguments<Name>;
  }
  throw new RegistryError(`transaction ${receipt.hash} emitted no ${name}`, {
    remedy: `Check that ${registry} is a drift registry of this version.`,
  });
}
