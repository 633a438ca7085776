import type { Provider } from "ethers";
import type { Hex } from "../../algebra/hex.js";
import type { EventName } from "../abi-types.js";
import { decodeEvent, driftRegistryInterface, type DecodedEvent } from "../abi-values.js";
import { decodeRegistryFailure } from "../revert.js";
import { cachedLogs } from "./cache.js";
import { keptLog, type KeptLog, type LogStore } from "./kept-logs.js";
import { DEFAULT_RETRY, withRetry } from "./retry.js";
import { scanLogs, type ScanOptions, type Topic } from "./scan.js";

/** One registry's events, from the block of its deployment on. */
export interface RegistryLogs extends ScanOptions {
  readonly provider: Pick<Provider, "getLogs" | "getBlock" | "getBlockNumber" | "getNetwork">;
  readonly registry: Hex;
  /** Spares public nodes a search from block 0. */
  readonly fromBlock: number;
  /** Where answers are kept, so that only new blocks are asked for. */
  readonly store?: LogStore | undefined;
}

/** An event, and where it is. */
export type RegistryEvent<Name extends EventName = EventName> = Extract<DecodedEvent, { name: Name }> & {
  readonly blockNumber: number;
  readonly transactionHash: Hex;
  /** Place among all events of its block. */
  readonly index: number;
};

/** Both included. */
export interface BlockRange {
  readonly fromBlock: number;
  readonly toBlock: number;
}

declare const EVENT: unique symbol;

/** Topics, and of which event they are: a type that is gone when the program runs. */
export type Topics<Name extends EventName = EventName> = readonly Topic[] & { readonly [EVENT]?: Name };

/** Topics of an event's name and indexed arguments; `null` is any, a list any of several. */
export function topicsOf<Name extends EventName>(
  name: Name,
  indexed: readonly (Hex | readonly Hex[] | null)[] = [],
): Topics<Name> {
  const values = indexed.map((value) => (typeof value === "string" || value === null ? value : [...value]));
  return driftRegistryInterface.encodeFilterTopics(name, values) as Topic[];
}

/** Topics of any of several events. */
export function topicsOfAny<Name extends EventName>(
  names: readonly Name[],
  indexed: readonly (readonly Hex[] | null)[] = [],
): Topics<Name> {
  return [names.map((name) => topicsOf(name)[0] as Hex), ...indexed];
}

/**
 * Events in the order of the chain, all at once: from the store as far as they are known. Throws `UnavailableError`, also
 * if the node answers with events that were not asked for.
 */
export async function readEvents<Name extends EventName>(
  source: RegistryLogs,
  topics: Topics<Name>,
  range?: BlockRange,
): Promise<RegistryEvent<Name>[]> {
  const { provider, registry, fromBlock, store } = source;
  if (store === undefined || range !== undefined) {
    const events: RegistryEvent<Name>[] = [];
    for await (const page of eventPages(source, topics, range)) events.push(...page);
    return events;
  }
  try {
    const { chainId } = await provider.getNetwork();
    return decode<Name>(await cachedLogs({ ...source, store, chainId, address: registry, topics, fromBlock }));
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** As `readEvents`, a page for each request that found some: memory does not grow with the registry. */
export async function* eventPages<Name extends EventName>(
  source: RegistryLogs,
  topics: Topics<Name>,
  range?: BlockRange,
): AsyncGenerator<RegistryEvent<Name>[]> {
  const { provider, registry } = source;
  try {
    const toBlock = range?.toBlock ?? (await withRetry(() => provider.getBlockNumber(), source.retry ?? DEFAULT_RETRY));
    const query = { address: registry, topics, fromBlock: range?.fromBlock ?? source.fromBlock, toBlock };
    for await (const page of scanLogs(provider, query, source)) yield decode<Name>(page.map(keptLog));
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** The names are those that were asked for: `scanLogs` sees to that. */
function decode<Name extends EventName>(logs: readonly KeptLog[]): RegistryEvent<Name>[] {
  return logs.flatMap(({ blockNumber, transactionHash, logIndex, ...log }) => {
    const event = decodeEvent(log);
    return event === undefined
      ? []
      : [{ ...event, blockNumber, transactionHash, index: logIndex } as unknown as RegistryEvent<Name>];
  });
}
