import type { Log, Provider } from "ethers";
import type { Hex } from "../../algebra/hex.js";
import { FtiError, UnavailableError } from "../../errors/errors.js";
import { DEFAULT_RETRY, isTransient, messageOf, withRetry, type RetryPolicy } from "./retry.js";

/** A place in `topics`: one value, any of several, or anything. */
export type Topic = Hex | readonly Hex[] | null;

/** Which logs; both blocks included. */
export interface LogQuery {
  readonly address: Hex;
  readonly topics: readonly Topic[];
  readonly fromBlock: number;
  readonly toBlock: number;
}

export interface ScanOptions {
  /** Blocks of the first request; it shrinks when the node finds it too many, and grows again. */
  readonly blocksPerRequest?: number;
  readonly retry?: RetryPolicy;
}

const DEFAULT_BLOCKS = 10_000;

/**
 * Logs in the order of the chain, a page for each request that found some, so that memory does not grow with the
 * registry. A node that limits ranges or results is asked for less; one that fails for the moment is asked again.
 *
 * Throws `UnavailableError` if the node cannot be asked, or answers with logs that were not asked for. That logs are
 * left out cannot be seen here: whoever relies on a record asks for it by its id.
 */
export async function* scanLogs(
  provider: Pick<Provider, "getLogs">,
  query: LogQuery,
  { blocksPerRequest = DEFAULT_BLOCKS, retry = DEFAULT_RETRY }: ScanOptions = {},
): AsyncGenerator<readonly Log[]> {
  const { address, toBlock } = query;
  const topics = query.topics.map((topic) => (typeof topic === "string" || topic === null ? topic : [...topic]));
  let width = Math.max(1, blocksPerRequest);
  for (let from = query.fromBlock; from <= toBlock;) {
    const to = Math.min(toBlock, from + width - 1);
    let logs: readonly Log[];
    try {
      logs = await withRetry(() => provider.getLogs({ address, topics, fromBlock: from, toBlock: to }), retry);
    } catch (error) {
      // Whatever the reason, a smaller question may be answered; a single block is the smallest.
      if (to > from && !(isTransient(error) && !limitsRange(error))) {
        width = Math.max(1, Math.floor((to - from + 1) / 2));
        continue;
      }
      throw unanswered(error, from, to);
    }
    for (const log of logs) assertAsked(log, query, from, to);
    if (logs.length > 0) yield logs;
    from = to + 1;
    width = Math.min(blocksPerRequest, width * 2);
  }
}

/** Whether a node says that the question is too large. */
function limitsRange(error: unknown): boolean {
  return /range|limit|too (many|large)|more than|exceed|-32005/iu.test(messageOf(error));
}

function unanswered(error: unknown, from: number, to: number): FtiError {
  if (error instanceof FtiError) return error;
  const blocks = from === to ? `block ${from}` : `blocks ${from} to ${to}`;
  return new UnavailableError(`the RPC node does not return the logs of ${blocks}: ${messageOf(error).trim()}`, {
    remedy: "Try again, or use another RPC node.",
    cause: error,
  });
}

function assertAsked(log: Log, { address, topics }: LogQuery, from: number, to: number): void {
  const refuse = (detail: string): never => {
    throw new UnavailableError(`the RPC node returned a log outside the request: ${detail}`, {
      remedy: "Do not rely on this RPC node: use another one.",
    });
  };
  if (log.address.toLowerCase() !== address.toLowerCase()) refuse(`of ${log.address}, not of ${address}`);
  if (log.blockNumber < from || log.blockNumber > to) refuse(`of block ${log.blockNumber}, not of ${from} to ${to}`);
  topics.forEach((topic, i) => {
    if (topic === null) return;
    const actual = log.topics[i]?.toLowerCase();
    const isWanted =
      typeof topic === "string" ? actual === topic.toLowerCase() : topic.some((each) => each.toLowerCase() === actual);
    if (!isWanted) refuse(`topic ${i} is ${actual ?? "missing"}`);
  });
  if (log.removed) refuse("it was removed from the chain");
}
