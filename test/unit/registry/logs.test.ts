import { expect } from "chai";
import type { Log } from "ethers";
import type { Hex } from "../../../src/algebra/hex.js";
import { UnavailableError } from "../../../src/errors/errors.js";
import { cachedLogs, type CachedLogsInput } from "../../../src/registry/logs/cache.js";
import { memoryLogStore, type KeptLog } from "../../../src/registry/logs/kept-logs.js";
import type { RetryPolicy } from "../../../src/registry/logs/retry.js";
import { scanLogs } from "../../../src/registry/logs/scan.js";
import { FakeChain, word } from "../../support/fake-chain.js";

const ADDRESS: Hex = `0x${"ab".repeat(20)}`;
const TOPIC = word(99);

describe("logs of a chain", () => {
  let chain: FakeChain;
  let waits: number[];
  let retry: RetryPolicy;

  beforeEach(() => {
    chain = new FakeChain(ADDRESS, TOPIC, 100);
    waits = [];
    retry = {
      attempts: 4,
      firstDelayMs: 10,
      maxDelayMs: 25,
      timeoutMs: 1_000,
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    };
  });

  async function scan(blocksPerRequest: number, toBlock = 99): Promise<readonly Log[][]> {
    const pages: Log[][] = [];
    const query = { address: ADDRESS, topics: [TOPIC], fromBlock: 0, toBlock };
    for await (const page of scanLogs(chain.provider, query, { blocksPerRequest, retry })) pages.push([...page]);
    return pages;
  }

  const failureOf = async (work: Promise<unknown>): Promise<UnavailableError> => {
    const thrown: unknown = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).to.be.instanceOf(UnavailableError);
    return thrown as UnavailableError;
  };

  it("come page by page, in order, each block once", async () => {
    const pages = await scan(30);
    expect(pages.map((page) => page.length)).to.deep.equal([30, 30, 30, 10]);
    expect(pages.flat().map((log) => log.blockNumber)).to.deep.equal(Array.from({ length: 100 }, (_, i) => i));
  });

  it("are asked for in smaller ranges when a node limits them", async () => {
    chain.misbehavior = {
      onGetLogs: (from, to) => {
        if (to - from >= 7) throw new Error("query exceeds max block range 7");
        return undefined;
      },
    };
    const found = (await scan(64)).flat();
    expect(found.map((log) => log.blockNumber)).to.deep.equal(Array.from({ length: 100 }, (_, i) => i));
    expect(waits).to.deep.equal([]);
  });

  it("are asked for again, ever more patiently, while a node drops requests", async () => {
    let failures = 3;
    chain.misbehavior = {
      onGetLogs: () => {
        if (failures-- > 0) throw new Error("503 Service Unavailable");
        return undefined;
      },
    };
    expect((await scan(1000)).flat()).to.have.lengthOf(100);
    expect(waits).to.deep.equal([10, 20, 25]);
  });

  it("are asked for again when a node is silent", async () => {
    const { provider } = chain;
    let asked = 0;
    const silent = {
      ...provider,
      getLogs: ((filter) =>
        ++asked % 2 === 1 ? new Promise(() => undefined) : provider.getLogs(filter)) as typeof provider.getLogs,
    };
    const query = { address: ADDRESS, topics: [TOPIC], fromBlock: 0, toBlock: 99 };
    const pages: Log[][] = [];
    for await (const page of scanLogs(silent, query, { retry: { ...retry, timeoutMs: 20 } })) pages.push([...page]);
    expect(pages.flat()).to.have.length(100);
    expect(asked).to.equal(2);
  });

  it("are given up, naming the blocks, when a node never answers", async () => {
    chain.misbehavior = {
      onGetLogs: () => {
        throw new Error("fetch failed");
      },
    };
    expect((await failureOf(scan(50))).message).to.match(/blocks 0 to 49.*fetch failed/su);
    expect(chain.requests).to.equal(retry.attempts);
  });

  it("are given up at a single block that a node cannot serve", async () => {
    chain.misbehavior = {
      onGetLogs: (from, to) => {
        if (from <= 40 && to >= 40) throw new Error("more than 10 results");
        return undefined;
      },
    };
    expect((await failureOf(scan(64))).message).to.match(/block 40/u);
  });

  const LIES: readonly (readonly [string, (chain: FakeChain) => Log])[] = [
    ["of another contract", (lying) => lying.logOf(3, { address: `0x${"cd".repeat(20)}` })],
    ["of another event", (lying) => lying.logOf(3, { topics: [word(98)] })],
    ["without its topic", (lying) => lying.logOf(3, { topics: [] })],
    ["of a block outside the range", (lying) => lying.logOf(3, { blockNumber: 1000 })],
    ["that was removed", (lying) => lying.logOf(3, { removed: true })],
  ];
  for (const [lie, logOf] of LIES) {
    it(`are refused when a node answers with one ${lie}`, async () => {
      chain.misbehavior = { onGetLogs: (_from, _to, honest) => [...honest.slice(0, 2), logOf(chain)] };
      expect((await failureOf(scan(1000))).message).to.match(/outside the request/u);
    });
  }

  describe("kept between visits", () => {
    let input: CachedLogsInput;

    beforeEach(() => {
      input = {
        provider: chain.provider,
        store: memoryLogStore(),
        chainId: 1n,
        address: ADDRESS,
        topics: [TOPIC],
        fromBlock: 0,
        unsettledBlocks: 0,
        retry,
      };
    });

    const expected = (): KeptLog[] =>
      Array.from({ length: 1000 }, (_, i) => i)
        .filter((number) => {
          try {
            chain.logOf(number);
            return true;
          } catch {
            return false;
          }
        })
        .map((number) => {
          const { blockNumber, blockHash, transactionHash, index, topics, data } = chain.logOf(number);
          return { blockNumber, blockHash, transactionHash, logIndex: index, topics, data } as unknown as KeptLog;
        });

    it("are asked for only since the last visit", async () => {
      expect(await cachedLogs(input)).to.deep.equal(expected());
      chain.extend(20, 0);
      const asked: number[] = [];
      chain.misbehavior = {
        onGetLogs: (from) => {
          asked.push(from);
          return undefined;
        },
      };
      expect(await cachedLogs(input)).to.deep.equal(expected());
      expect(asked).to.deep.equal([100]);
    });

    it("are asked for again while their blocks are new: a node that lags leaves some out", async () => {
      const lagging = { ...input, unsettledBlocks: 10 };
      chain.misbehavior = { onGetLogs: (_from, _to, honest) => honest.filter(({ blockNumber }) => blockNumber < 95) };
      expect(await cachedLogs(lagging)).to.have.length(95);
      const asked: number[] = [];
      chain.misbehavior = {
        onGetLogs: (from) => {
          asked.push(from);
          return undefined;
        },
      };
      expect(await cachedLogs(lagging)).to.deep.equal(expected());
      expect(asked).to.deep.equal([90]);
    });

    it("survive reorganizations of any depth", async () => {
      for (const [fork, depth] of [1, 5, 40, 60, 90].entries()) {
        await cachedLogs(input);
        chain.extend(3, fork);
        await cachedLogs(input);
        chain.reorganize(Math.max(1, 100 - depth), fork + 1);
        expect(await cachedLogs(input), `depth ${depth}`).to.deep.equal(expected());
      }
    });

    it("are read again when the head is replaced meanwhile", async () => {
      let once = true;
      chain.misbehavior = {
        onGetLogs: () => {
          if (once) chain.reorganize(90, 1);
          once = false;
          return undefined;
        },
      };
      expect(await cachedLogs(input)).to.deep.equal(expected());
    });

    it("are not given while the head keeps being replaced", async () => {
      let fork = 1;
      chain.misbehavior = {
        onGetLogs: () => {
          chain.reorganize(90, fork++);
          return undefined;
        },
      };
      expect((await failureOf(cachedLogs(input))).message).to.match(/keep being replaced/u);
    });

    it("are kept apart by chain, contract and query", async () => {
      await cachedLogs(input);
      expect(await cachedLogs({ ...input, topics: [word(1)] }).catch(() => "asked")).to.equal("asked");
    });
  });
});
