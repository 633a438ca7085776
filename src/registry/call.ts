import type { Provider, Result, Signer, TransactionReceipt } from "ethers";
import type { Hex } from "../encoding/hex.js";
import { RegistryError } from "../errors/errors.js";
import { driftRegistryInterface } from "./encode.js";
import { DEFAULT_RETRY, withRetry, type RetryPolicy } from "./logs/retry.js";
import { decodeRegistryFailure } from "./revert.js";

/** What a sent transaction cost and where it is. */
export interface Inclusion {
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  readonly gasUsed: bigint;
}

/** Calls a view function, again where the node fails for the moment. Throws `RegistryError` or `UnavailableError`. */
export async function callRegistry(
  provider: Provider,
  registry: Hex,
  name: string,
  args: readonly unknown[],
  retry: RetryPolicy = DEFAULT_RETRY,
): Promise<Result> {
  const data = driftRegistryInterface.encodeFunctionData(name, args);
  try {
    const result = await withRetry(() => provider.call({ to: registry, data }), retry);
    if (result === "0x") {
      throw new RegistryError(`there is no drift registry at ${registry}`, {
        remedy: "Check the registry's address and the chain.",
      });
    }
    return driftRegistryInterface.decodeFunctionResult(name, result);
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
export function eventArguments(receipt: TransactionReceipt, registry: Hex, name: string): Result {
  for (const log of receipt.logs) {
    if (log.address.toLowerCase() !== registry.toLowerCase()) continue;
    const parsed = driftRegistryInterface.parseLog(log);
    if (parsed?.name === name) return parsed.args;
  }
  throw new RegistryError(`transaction ${receipt.hash} emitted no ${name}`, {
    remedy: `Check that ${registry} is a drift registry of this version.`,
  });
}
