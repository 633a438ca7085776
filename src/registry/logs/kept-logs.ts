import type { Log } from "ethers";
import * as z from "zod/mini";
import type { Hex } from "../../algebra/hex.js";
import { size } from "../../algebra/json-forms.js";

const hex = z.custom<Hex>((value) => typeof value === "string" && /^0x(?:[0-9a-f]{2})*$/iu.test(value));

const keptLogSchema = z.readonly(
  z.object({
    blockNumber: size,
    blockHash: hex,
    transactionHash: hex,
    logIndex: size,
    topics: z.readonly(z.array(hex)),
    data: hex,
  }),
);
const keptLogsSchema = z.readonly(
  z.object({
    fromBlock: size,
    /** Ascending; all of them blocks of one chain when they were written. */
    checkpoints: z.readonly(z.array(z.readonly(z.object({ blockNumber: size, blockHash: hex })))),
    logs: z.readonly(z.array(keptLogSchema)),
  }),
);

/** Logs of one query, complete from `fromBlock` to the last checkpoint. */
export type KeptLogs = z.infer<typeof keptLogsSchema>;
/** A log as it is kept. */
export type KeptLog = KeptLogs["logs"][number];
/** A block up to which everything is known; its hash tells whether it is still of the chain. */
export type Checkpoint = KeptLogs["checkpoints"][number];

/** Where logs are kept between runs: memory, a folder, the browser's storage. */
export interface LogStore {
  /** `undefined` also for what cannot be read: it is asked for again. */
  load(key: string): Promise<KeptLogs | undefined>;
  save(key: string, kept: KeptLogs): Promise<void>;
}

/** What is kept of a node's answer. */
export function keptLog(log: Log): KeptLog {
  return {
    blockNumber: log.blockNumber,
    blockHash: log.blockHash as Hex,
    transactionHash: log.transactionHash as Hex,
    logIndex: log.index,
    topics: log.topics as readonly Hex[],
    data: log.data as Hex,
  };
}

/** What a store has read, if it is what was kept. */
export function parseKeptLogs(value: unknown): KeptLogs | undefined {
  return keptLogsSchema.safeParse(value).data;
}

/** A `LogStore` for the life of the process. */
export function memoryLogStore(): LogStore {
  const kept = new Map<string, KeptLogs>();
  return {
    load: (key) => Promise.resolve(kept.get(key)),
    save: (key, logs) => {
      kept.set(key, logs);
      return Promise.resolve();
    },
  };
}
