import type { Provider, Signer, TransactionReceipt } from "ethers";
import type { Hex } from "../encoding/hex.js";
import { RegistryError } from "../errors/errors.js";
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

/** Sends a transaction and waits until it is included. Throws `RegistryError` or `UnavailableError`. */
export async function sendToRegistry(signer: Signer, registry: Hex, data: Hex): Promise<TransactionReceipt> {
  try {
    const response = await signer.sendTransaction({ to: registry, data });
    const receipt = await response.wait();
    if (receipt === null) throw new RegistryError(`transaction ${response.hash} was not included`);
    return receipt;
  } catch (error) {
    throw decodeRegistryFailure(error);
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
