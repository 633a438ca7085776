import type { Provider, Result } from "ethers";
import type { Hex } from "../../encoding/hex.js";
import { driftRegistryInterface } from "../encode.js";
import { decodeRegistryFailure } from "../revert.js";
import { cachedLogs } from "./cache.js";
import { keptLog, type KeptLog, type LogStore } from "./kept-logs.js";
import { DEFAULT_RETRY, withRetry } from "./retry.js";
import { scanLogs, type ScanOptions, type Topic } from "./scan.js";

/** One registry's events, from the block of its deployment on. */
export interface EventSource extends ScanOptions {
  readonly provider: Pick<Provider, "getLogs" | "getBlock" | "getBlockNumber" | "getNetwork">;
  readonly registry: Hex;
  /** Spares public nodes a search from block 0. */
  readonly fromBlock: number;
  /** Where answers are kept, so that only new blocks are asked for. */
  readonly store?: LogStore | undefined;
}

/** An event, and where it is. */
export interface RegistryEvent {
  readonly name: string;
  readonly args: Result;
  readonly blockNumber: number;
  readonly transactionHash: Hex;
  /** Place among all events of its block. */
  readonly index: number;
}

/** Both included. */
export interface BlockRange {
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** Topics of an event's name and indexed arguments; `null` is any, a list any of several. */
export function topicsOf(name: string, indexed: readonly (Hex | readonly Hex[] | null)[]): Topic[] {
  const values = indexed.map((value) => (typeof value === "string" || value === null ? value : [...value]));
  return driftRegistryInterface.encodeFilterTopics(name, values) as Topic[];
}

/**
 * Events in the order of the chain, all at once: from the store as far as they are known. Throws `UnavailableError`, also
 * if the node answers with events that were not asked for.
 */
export async function readEvents(
  source: EventSource,
  topics: readonly Topic[],
  range?: BlockRange,
): Promise<RegistryEvent[]> {
  const { provider, registry, fromBlock, store } = source;
  if (store === undefined || range !== undefined) {
    const events: RegistryEvent[] = [];
    for await (const page of eventPages(source, topics, range)) events.push(...page);
    return events;
  }
  try {
    const { chainId } = await provider.getNetwork();
    return decode(await cachedLogs({ ...source, store, chainId, address: registry, topics, fromBlock }));
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** As `readEvents`, a page for each request that found some: memory does not grow with the registry. */
export async function* eventPages(
  source: EventSource,
  topics: readonly Topic[],
  range?: BlockRange,
): AsyncGenerator<RegistryEvent[]> {
  const { provider, registry } = source;
  try {
    const toBlock = range?.toBlock ?? (await withRetry(() => provider.getBlockNumber(), source.retry ?? DEFAULT_RETRY));
    const query = { address: registry, topics, fromBlock: range?.fromBlock ?? source.fromBlock, toBlock };
    for await (const page of scanLogs(provider, query, source)) yield decode(page.map(keptLog));
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** Events of other names than this version's registry has are nobody's business here. */
function decode(logs: readonly KeptLog[]): RegistryEvent[] {
  return logs.flatMap(({ topics, data, blockNumber, transactionHash, logIndex }) => {
    const parsed = driftRegistryInterface.parseLog({ topics, data });
    if (parsed === null) return [];
    return [{ name: parsed.name, args: parsed.args, blockNumber, transactionHash, index: logIndex }];
  });
}

/** A decoded argument of hex digits. Lowercase, as everywhere in this project. */
export function hexArgument({ args }: Pick<RegistryEvent, "args">, name: string): Hex {
  return String(args.getValue(name)).toLowerCase() as Hex;
}
