import type { Log, LogParams, Provider } from "ethers";
import type { Hex } from "../../src/algebra/hex.js";

/** What a node does besides answering. Each is asked before every request. */
export interface Misbehavior {
  /** Throws, or returns logs in place of the true ones. */
  readonly onGetLogs?: (from: number, to: number, honest: readonly Log[]) => readonly Log[] | undefined;
  readonly onGetBlock?: (number: number) => void;
}

/** A chain in memory whose blocks hold a log each, with the block's number and fork in its data. */
export class FakeChain {
  readonly #blocks: { hash: Hex; fork: number }[] = [];
  requests = 0;
  misbehavior: Misbehavior = {};

  constructor(
    readonly address: Hex,
    readonly topic: Hex,
    blocks: number,
  ) {
    this.extend(blocks, 0);
  }

  /** Adds blocks of a fork. */
  extend(blocks: number, fork: number): void {
    for (let i = 0; i < blocks; i++) {
      const number = this.#blocks.length;
      this.#blocks.push({ hash: word(number * 1000 + fork), fork });
    }
  }

  /** Replaces the blocks from `number` on by as many, and one more, of another fork. */
  reorganize(number: number, fork: number): void {
    const replaced = this.#blocks.length - number;
    this.#blocks.length = number;
    this.extend(replaced + 1, fork);
  }

  get provider(): Pick<Provider, "getLogs" | "getBlock" | "getBlockNumber"> {
    const answer = {
      getBlockNumber: () => Promise.resolve(this.#blocks.length - 1),
      getBlock: (number: number) => {
        this.misbehavior.onGetBlock?.(number);
        const block = this.#blocks[number];
        return Promise.resolve(block === undefined ? null : { number, hash: block.hash });
      },
      getLogs: ({ fromBlock, toBlock }: { fromBlock: number; toBlock: number }) => {
        this.requests++;
        const honest: Log[] = [];
        for (let number = fromBlock; number <= toBlock; number++)
          if (number in this.#blocks) honest.push(this.logOf(number));
        return Promise.resolve().then(() => this.misbehavior.onGetLogs?.(fromBlock, toBlock, honest) ?? honest);
      },
    };
    return answer as unknown as Pick<Provider, "getLogs" | "getBlock" | "getBlockNumber">;
  }

  /** The log of a block, with changes. */
  logOf(number: number, changes: Partial<LogParams> = {}): Log {
    const block = this.#blocks[number];
    if (block === undefined) throw new RangeError(`no block ${number}`);
    return {
      address: this.address,
      topics: [this.topic],
      data: word(block.fork),
      blockNumber: number,
      blockHash: block.hash,
      transactionHash: word(number + 7),
      index: 0,
      removed: false,
      ...changes,
    } as unknown as Log;
  }
}

export function word(value: number): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
