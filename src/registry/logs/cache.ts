import type { Provider } from "ethers";
import type { Hex } from "../../algebra/hex.js";
import { UnavailableError } from "../../errors/errors.js";
import { keptLog, type Checkpoint, type KeptLog, type KeptLogs, type LogStore } from "./kept-logs.js";
import { DEFAULT_RETRY, withRetry } from "./retry.js";
import { scanLogs, type LogQuery, type ScanOptions, type Topic } from "./scan.js";

export interface CachedLogsInput extends ScanOptions {
  readonly provider: Pick<Provider, "getLogs" | "getBlock" | "getBlockNumber">;
  readonly store: LogStore;
  readonly chainId: bigint;
  readonly address: Hex;
  readonly topics: readonly Topic[];
  readonly fromBlock: number;
  /**
   * Blocks below the head whose logs are not kept but asked for again, 32 by default: of several nodes behind one address
   * some lag, and tell nothing of the newest blocks.
   */
  readonly unsettledBlocks?: number;
}

const DEFAULT_UNSETTLED_BLOCKS = 32;

/** So many checkpoints are kept: the last ones, at doubling distances, as reorganizations are mostly short. */
const MAX_CHECKPOINTS = 64;

/**
 * All logs of a query up to the head, of which only those since the last visit are asked for. What a reorganization took
 * away is dropped: the newest checkpoint whose hash is still that of the chain is where asking goes on.
 *
 * Throws `UnavailableError`; nothing is kept of a scan during which the head was replaced.
 */
export async function cachedLogs(input: CachedLogsInput): Promise<readonly KeptLog[]> {
  const { provider, store, fromBlock, address, topics, retry = DEFAULT_RETRY } = input;
  const { unsettledBlocks = DEFAULT_UNSETTLED_BLOCKS } = input;
  const key = cacheKey(input);
  for (let attempt = 0; attempt < retry.attempts; attempt++) {
    const known = await stillValid(input, await store.load(key));
    const head = await checkpointAt(input, await withRetry(() => provider.getBlockNumber(), retry));
    const start = known.checkpoints.at(-1)?.blockNumber ?? fromBlock - 1;
    const found: KeptLog[] = [];
    const query: LogQuery = { address, topics, fromBlock: start + 1, toBlock: head.blockNumber };
    for await (const page of scanLogs(provider, query, input)) found.push(...page.map(keptLog));
    const settled = head.blockNumber - unsettledBlocks;
    const checkpoint = settled > start ? await checkpointAt(input, settled) : undefined;
    // The head is looked at last: what was read before belongs to its chain.
    if ((await checkpointAt(input, head.blockNumber)).blockHash !== head.blockHash) continue;
    const logs = [...known.logs, ...found];
    if (checkpoint !== undefined) {
      const checkpoints = thin([...known.checkpoints, checkpoint]);
      await store.save(key, { fromBlock, checkpoints, logs: logs.filter(({ blockNumber }) => blockNumber <= settled) });
    }
    return logs;
  }
  throw new UnavailableError("the chain's newest blocks keep being replaced while their logs are read", {
    remedy: "Try again, or use an RPC node that is in step with the network.",
  });
}

async function checkpointAt({ provider, retry = DEFAULT_RETRY }: CachedLogsInput, number: number): Promise<Checkpoint> {
  const block = await withRetry(() => provider.getBlock(number), retry);
  if (typeof block?.hash !== "string") {
    throw new UnavailableError(`the RPC node does not have block ${number}`, {
      remedy: "Try again, or use another RPC node.",
    });
  }
  return { blockNumber: number, blockHash: block.hash as Hex };
}

/** What is left of kept logs: everything up to the newest checkpoint that is still of the chain. */
async function stillValid(
  { provider, fromBlock, retry = DEFAULT_RETRY }: CachedLogsInput,
  kept: KeptLogs | undefined,
): Promise<KeptLogs> {
  const nothing: KeptLogs = { fromBlock, checkpoints: [], logs: [] };
  if (kept?.fromBlock !== fromBlock) return nothing;
  const checkpoints = [...kept.checkpoints];
  for (let last = checkpoints.at(-1); last !== undefined; last = checkpoints.at(-1)) {
    const { blockNumber, blockHash } = last;
    const block = await withRetry(() => provider.getBlock(blockNumber), retry);
    if (block?.hash === blockHash) {
      return { fromBlock, checkpoints, logs: kept.logs.filter((log) => log.blockNumber <= blockNumber) };
    }
    checkpoints.pop();
  }
  return nothing;
}

/** Keeps the newest checkpoint and, going back, ever fewer. */
function thin(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  const newest = checkpoints.at(-1);
  if (newest === undefined) return [];
  const thinned: Checkpoint[] = [];
  let distance = 0;
  for (const checkpoint of [...checkpoints].reverse()) {
    const age = newest.blockNumber - checkpoint.blockNumber;
    if (age < distance || thinned.length === MAX_CHECKPOINTS) continue;
    if (thinned.length > 0 && age === 0) continue;
    thinned.push(checkpoint);
    distance = Math.max(1, age * 2);
  }
  return thinned.reverse();
}

function cacheKey({ chainId, address, topics }: CachedLogsInput): string {
  return JSON.stringify([chainId.toString(), address.toLowerCase(), topics]);
}
