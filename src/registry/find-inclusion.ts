import type { Provider } from "ethers";
import type { EventName } from "./abi-types.js";
import { inclusionOf, type Inclusion } from "./call.js";
import { readEvents, type RegistryLogs, type Topics } from "./logs/events.js";
import { DEFAULT_RETRY, withRetry } from "./logs/retry.js";
import { decodeRegistryFailure } from "./revert.js";

/**
 * The transaction that registered something, from the time that the registry has of it: no search through all logs.
 * `registeredAt`: seconds since 1970. `undefined` if the node does not have that block, its logs or the receipt.
 * Throws `UnavailableError` if the node does not answer.
 */
export async function findInclusion<Name extends EventName>(
  provider: Provider,
  source: RegistryLogs,
  topics: Topics<Name>,
  registeredAt: number,
): Promise<Inclusion | undefined> {
  const retry = source.retry ?? DEFAULT_RETRY;
  try {
    const latest = await withRetry(() => provider.getBlockNumber(), retry);
    const blockFrom = (time: number): Promise<number | undefined> => firstBlockFrom(time, latest, provider, source);
    // Chains with several blocks a second have several of one time.
    const [fromBlock, after] = [await blockFrom(registeredAt), await blockFrom(registeredAt + 1)];
    if (fromBlock === undefined || after === undefined || after <= fromBlock) return undefined;
    const [event] = await readEvents(source, topics, { fromBlock, toBlock: after - 1 });
    if (event === undefined) return undefined;
    const { transactionHash } = event;
    const receipt = await withRetry(() => provider.getTransactionReceipt(transactionHash), retry);
    return receipt === null ? undefined : inclusionOf(receipt);
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** The first block that is not older than `time`, `latest + 1` if none is; `undefined` where blocks are missing. */
async function firstBlockFrom(
  time: number,
  latest: number,
  provider: Provider,
  { retry = DEFAULT_RETRY, fromBlock }: RegistryLogs,
): Promise<number | undefined> {
  let [low, high] = [fromBlock, latest + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const block = await withRetry(() => provider.getBlock(middle), retry);
    if (block === null) return undefined;
    if (block.timestamp < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
