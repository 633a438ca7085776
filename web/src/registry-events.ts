import type { Provider, Result } from "ethers";
import type { Hex } from "../../src/encoding/hex.js";
import { driftRegistryInterface } from "../../src/registry/encode.js";
import { scanLogs, type Topic } from "../../src/registry/logs/scan.js";
import { decodeRegistryFailure } from "../../src/registry/revert.js";

/** One registry's events, from the block of its deployment on. */
export interface EventSource {
  readonly provider: Provider;
  readonly registry: Hex;
  readonly fromBlock: number;
}

/** An event, and where it is. */
export interface RegistryEvent {
  readonly name: string;
  readonly args: Result;
  readonly blockNumber: number;
  readonly transactionHash: string;
  /** Place among all events of its block. */
  readonly index: number;
}

/** Topics of an event's name and indexed arguments; `null` is any, a list any of several. */
export function topicsOf(name: string, indexed: readonly (Hex | readonly Hex[] | null)[]): Topic[] {
  const values = indexed.map((value) => (typeof value === "string" || value === null ? value : [...value]));
  return driftRegistryInterface.encodeFilterTopics(name, values) as Topic[];
}

/**
 * Events in the order of the chain, read by pages. `block` narrows the search to one. Throws `UnavailableError`, also if
 * the node answers with events that were not asked for.
 */
export async function readEvents(
  { provider, registry, fromBlock }: EventSource,
  topics: readonly Topic[],
  block?: number,
): Promise<RegistryEvent[]> {
  const events: RegistryEvent[] = [];
  try {
    const toBlock = block ?? (await provider.getBlockNumber());
    const query = { address: registry, topics, fromBlock: block ?? fromBlock, toBlock };
    for await (const page of scanLogs(provider, query)) {
      for (const log of page) {
        const parsed = driftRegistryInterface.parseLog(log);
        if (parsed === null) continue;
        const { blockNumber, transactionHash, index } = log;
        events.push({ name: parsed.name, args: parsed.args, blockNumber, transactionHash, index });
      }
    }
    return events;
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** A decoded argument of hex digits. Lowercase, as everywhere in this project. */
export function hexArgument({ args }: Pick<RegistryEvent, "args">, name: string): Hex {
  return String(args.getValue(name)).toLowerCase() as Hex;
}
