import type { Hex } from "../algebra/hex.js";
import { UnavailableError } from "../errors/errors.js";
import { decodeRegistered, type LoggedCertificate } from "./logs/certificates.js";
import { readEvents, topicsOfAny, type RegistryLogs, type RegistryEvent } from "./logs/events.js";
import type { Checkpoint } from "./logs/kept-logs.js";
import { DEFAULT_RETRY, withRetry } from "./logs/retry.js";

/** What has happened to certificates. */
export type RegistryChange =
  | { readonly kind: "registered"; readonly blockNumber: number; readonly certificate: LoggedCertificate }
  | { readonly kind: "revoked"; readonly blockNumber: number; readonly certificateId: Hex }
  | { readonly kind: "superseded"; readonly blockNumber: number; readonly certificateId: Hex; readonly by: Hex }
  /** Blocks were replaced: what was told from `fromBlock` on no longer counts, what holds now is told next. */
  | { readonly kind: "reorganized"; readonly fromBlock: number };

export interface WatchOptions {
  /** First block that is looked at; by default the next one. */
  readonly fromBlock?: number | undefined;
  /** Blocks that a block must have above it before it is looked at: fewer reorganizations, later news. 0 by default. */
  readonly confirmations?: number | undefined;
  /** Milliseconds between questions; 4,000 by default. */
  readonly intervalMs?: number | undefined;
  /** Ends the watch. */
  readonly signal?: AbortSignal | undefined;
}

const WATCHED = ["CertificateRegistered", "CertificateRevoked", "CertificateSuperseded"] as const;

/** Blocks whose hash is remembered, to find where a reorganization began. */
const REMEMBERED = 64;

/**
 * What happens to a registry's certificates, in order, as it happens, until `signal` aborts or the caller stops asking.
 * Patient with a node that fails for the moment; throws `UnavailableError` if it fails for good, contradicts itself, or
 * more blocks were replaced than are remembered.
 */
export async function* watchRegistry(source: RegistryLogs, options: WatchOptions = {}): AsyncGenerator<RegistryChange> {
  const { confirmations = 0, intervalMs = 4_000, signal } = options;
  const { provider } = source;
  const retry = source.retry ?? DEFAULT_RETRY;
  const headOf = async (): Promise<number> => (await withRetry(() => provider.getBlockNumber(), retry)) - confirmations;
  const hashOf = async (block: number): Promise<Hex | undefined> =>
    ((await withRetry(() => provider.getBlock(block), retry))?.hash ?? undefined) as Hex | undefined;
  const { chainId } = await withRetry(() => provider.getNetwork(), retry);
  const topics = topicsOfAny(WATCHED);
  const start = options.fromBlock ?? (await headOf()) + 1;
  let next = start;
  let seen: Checkpoint[] = [];
  while (signal?.aborted !== true) {
    const replaced = await firstReplaced(start, seen, hashOf);
    if (replaced !== undefined) {
      seen = seen.filter(({ blockNumber }) => blockNumber < replaced);
      next = replaced;
      yield { kind: "reorganized", fromBlock: replaced };
    }
    const toBlock = await headOf();
    const blockHash = toBlock >= next ? await hashOf(toBlock) : undefined;
    if (blockHash === undefined) {
      await pause(intervalMs, signal);
      continue;
    }
    const events = await readEvents(source, topics, { fromBlock: next, toBlock });
    // Read from blocks that were replaced meanwhile: ask again.
    if ((await hashOf(toBlock)) !== blockHash) continue;
    for (const event of events) yield changeOf(event, chainId, source.registry);
    seen = [...seen, { blockNumber: toBlock, blockHash }].slice(-REMEMBERED);
    next = toBlock + 1;
  }
}

/** The first block after the newest one that is still of the chain. */
async function firstReplaced(
  start: number,
  seen: readonly Checkpoint[],
  hashOf: (block: number) => Promise<Hex | undefined>,
): Promise<number | undefined> {
  let first: number | undefined;
  for (const { blockNumber, blockHash } of [...seen].reverse()) {
    if ((await hashOf(blockNumber)) === blockHash) return first === undefined ? undefined : blockNumber + 1;
    first = blockNumber;
  }
  if (first === undefined) return undefined;
  // Nothing was told from before the start, and nothing since is forgotten.
  if (seen.length < REMEMBERED) return start;
  throw new UnavailableError(`all blocks since ${first} were replaced`, {
    remedy: "Watch anew from a block before that.",
  });
}

function changeOf(event: RegistryEvent<(typeof WATCHED)[number]>, chainId: bigint, registry: Hex): RegistryChange {
  const { blockNumber } = event;
  switch (event.name) {
    case "CertificateRegistered":
      return { kind: "registered", blockNumber, certificate: decodeRegistered(event, chainId, registry) };
    case "CertificateRevoked":
      return { kind: "revoked", blockNumber, certificateId: event.args.certificateId };
    case "CertificateSuperseded":
      return { kind: "superseded", blockNumber, certificateId: event.args.oldId, by: event.args.newId };
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
