import { expect } from "chai";
import type { JsonRpcProvider, Provider } from "ethers";
import { lineageOf } from "../../src/registry/lineage.js";
import { queryModel } from "../../src/registry/query-model.js";
import { modelId } from "../../src/commitment/model-id.js";
import type { Hex } from "../../src/algebra/hex.js";
import { FtiError, RegistryError, UnavailableError } from "../../src/errors/errors.js";
import { srsId } from "../../src/argument/kzg/srs.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { driftRegistryInterface } from "../../src/registry/abi-values.js";
import { memoryLogStore } from "../../src/registry/logs/kept-logs.js";
import { DEFAULT_RETRY } from "../../src/registry/logs/retry.js";
import type { Certificate } from "../../src/certificate/certificate.js";
import { knownTauSrs } from "../unit/argument/mercury/known-tau.js";
import { deployTestRegistry, startChain, type Chain, type TestRegistry } from "./support/chain.js";
import { knownKeyGroth16 } from "./support/known-key-groth16.js";
import { otherNode } from "./support/other-node.js";
import { rule, World } from "./support/world.js";

/** What a client says of a model that nobody has certified, and of one that is, over nodes that are bad in every way. */
describe("a client of a bad node", () => {
  const groth16 = knownKeyGroth16("hostile");
  const { key, simulate } = groth16;
  const { srs } = knownTauSrs("contracts");
  const verify = { anchors: { srsId: srsId(srs), srs, verifyingKey: () => key }, insecure: false };
  let chain: Chain;
  let registry: TestRegistry;
  let certified: Certificate;
  let revoked: Certificate;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    registry = await deployTestRegistry(chain, await groth16.contract());
    const world = new World("hostile", TIERS.nano, 8, [rule(0, 4), rule(4, 4)]);
    const { client, place } = registry;
    await client.registerModel(chain.publisher, world.base);
    await client.registerPolicy(chain.publisher, world);
    certified = await world.certificate(place, [[{ ruleIndex: 0, tiles: [1] }]], simulate);
    revoked = await world.certificate(place, [[{ ruleIndex: 1, tiles: [5] }]], simulate);
    await client.certify(chain.publisher, certified);
    const { certificateId } = await client.certify(chain.publisher, revoked);
    await client.revoke(chain.publisher, [certificateId], "for the test");
  });

  after(() => chain.close());

  function clientOf(methods: Partial<Provider>): DriftRegistryClient {
    const retry = { ...DEFAULT_RETRY, sleep: () => Promise.resolve() };
    const provider = otherNode(chain.provider, methods);
    return new DriftRegistryClient(registry.client.address, provider, { retry, store: memoryLogStore() });
  }

  const verdictOf = async (of: Certificate, registryClient: DriftRegistryClient): Promise<string> =>
    (
      await queryModel({
        registry: registryClient,
        modelId: modelId(of.tuned),
        question: { baseModelId: modelId(of.base) },
        verify,
      })
    ).verdict;

  /** Fails every other time, or as `isBad` says. */
  function unreliable(error: Error, isBad = (asked: number): boolean => asked % 2 === 1): Partial<Provider> {
    let asked = 0;
    const { provider } = chain;
    const perhaps = <T>(answer: () => Promise<T>): Promise<T> => (isBad(++asked) ? Promise.reject(error) : answer());
    return {
      call: (request) => perhaps(() => provider.call(request)),
      getLogs: (filter) => perhaps(() => provider.getLogs(filter)),
      getBlock: (block) => perhaps(() => provider.getBlock(block)),
      getBlockNumber: () => perhaps(() => provider.getBlockNumber()),
      getTransaction: (hash) => perhaps(() => provider.getTransaction(hash)),
    };
  }

  it("gets the same answers from one that drops, delays and limits", async () => {
    const { provider } = chain;
    const slow: Partial<Provider> = {
      call: (request) => new Promise((resolve) => setTimeout(() => resolve(provider.call(request)), 20)),
    };
    const limited: Partial<Provider> = {
      getLogs: (filter) => {
        const { fromBlock = 0, toBlock = 0 } = filter as { fromBlock?: number; toBlock?: number };
        return toBlock - fromBlock >= 2
          ? Promise.reject(new Error("exceed maximum block range: 2"))
          : provider.getLogs(filter);
      },
    };
    for (const methods of [
      unreliable(new Error("ECONNRESET")),
      unreliable(new Error("429 Too Many Requests")),
      slow,
      limited,
    ]) {
      const client = clientOf(methods);
      expect(await verdictOf(certified, client)).to.equal("certified");
      expect(await verdictOf(revoked, client)).to.equal("not-certified");
      expect((await lineageOf(client.events, modelId(certified.base))).certificates).to.have.length(2);
    }
  });

  it("says that it could not check where a node answers no more", async () => {
    for (const error of [new Error("ECONNREFUSED"), new Error("method handler crashed")]) {
      for (const answersBefore of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
        const client = clientOf(unreliable(error, (asked) => asked > answersBefore));
        const outcome: unknown = await verdictOf(certified, client).catch((thrown: unknown) => thrown);
        if (outcome !== "could-not-check") expect(outcome, `${answersBefore}`).to.be.instanceOf(UnavailableError);
      }
    }
  });

  it("asks again after a failure: nothing that failed is kept", async () => {
    let fails = true;
    const { provider } = chain;
    const client = clientOf({
      call: (request) => (fails ? Promise.reject(new Error("method handler crashed")) : provider.call(request)),
    });
    expect(await verdictOf(certified, client).catch((error: unknown) => error)).to.be.instanceOf(UnavailableError);
    fails = false;
    expect(await verdictOf(certified, client)).to.equal("certified");
  });

  it("follows one whose chain is reorganized", async () => {
    const node = chain.provider as unknown as JsonRpcProvider;
    const { client } = registry;
    const kept = clientOf({});
    const snapshot: unknown = await node.send("evm_snapshot", []);
    const { certificateId } = (await client.findByTunedModel(modelId(certified.tuned)))[0] ?? expect.fail();
    await client.revoke(chain.publisher, [certificateId], "in a block that is replaced");
    expect(await verdictOf(certified, kept)).to.equal("not-certified");
    await node.send("evm_revert", [snapshot]);
    expect(await verdictOf(certified, kept)).to.equal("certified");
    // The certificate itself is reorganized away.
    const before: unknown = await node.send("evm_snapshot", []);
    const world = new World("hostile too", TIERS.nano, 4, [rule(0, 4)]);
    await client.registerModel(chain.publisher, world.base);
    await client.registerPolicy(chain.publisher, world);
    const lost = await world.certificate(registry.place, [[{ ruleIndex: 0, tiles: [1] }]], simulate);
    await client.certify(chain.publisher, lost);
    expect(await verdictOf(lost, kept)).to.equal("certified");
    await node.send("evm_revert", [before]);
    expect(await verdictOf(lost, kept)).to.equal("not-certified");
  });

  it("never certifies by an answer that was changed, wherever it is changed", async function () {
    this.timeout(120_000);
    const { provider } = chain;
    const flip = (hex: string, at: number): string =>
      `${hex.slice(0, at)}${((parseInt(hex[at] ?? "0", 16) + 1) % 16).toString(16)}${hex.slice(at + 1)}`;
    const unknown: Certificate = { ...certified, tuned: { ...certified.tuned, merkleRoot: `0x${"13".repeat(32)}` } };
    const outcomes = new Map<string, number>();
    for (const name of ["model", "policy", "certificate", "srsId"]) {
      const selector = driftRegistryInterface.getFunction(name)?.selector ?? expect.fail();
      const isAsked = (data: unknown): boolean => typeof data === "string" && data.startsWith(selector);
      for (let word = 0; word < 24; word++) {
        const call: Provider["call"] = async (request) => {
          const answer = await provider.call(request);
          const at = 2 + 64 * word + 63;
          return isAsked(request.data) && at < answer.length ? flip(answer, at) : answer;
        };
        const outcome = await verdictOf(certified, clientOf({ call })).catch((error: unknown) => error);
        const said = outcome instanceof FtiError ? outcome.name : String(outcome);
        outcomes.set(said, (outcomes.get(said) ?? 0) + 1);
        // A node can lie about the status itself, "revoked" for "active": that is its word, and `notMade` says so.
        const ended = await verdictOf(revoked, clientOf({ call })).catch(() => "refused");
        expect(ended, `${name} word ${word}`).to.not.equal("certified");
        expect(await verdictOf(unknown, clientOf({ call })).catch(() => "refused")).to.not.equal("certified");
      }
    }
    expect(outcomes.get("UnavailableError") ?? 0).to.be.greaterThan(10);
    const expected = ["certified", "not-certified", "could-not-check", "UnavailableError", "RegistryError"];
    expect([...outcomes.keys()].filter((said) => !expected.includes(said))).to.deep.equal([]);
  });

  it("says so where nothing, or something else, is at the address", async () => {
    const answers = ["0x", `0x${"00".repeat(31)}`, `0x${"ff".repeat(64)}`];
    for (const answer of answers) {
      const client = clientOf({ call: () => Promise.resolve(answer) });
      const outcome = await verdictOf(certified, client).catch((error: unknown) => error);
      expect(
        [UnavailableError, RegistryError].some((kind) => outcome instanceof kind),
        `${answer} ${String(outcome)}`,
      ).to.equal(true);
    }
    const elsewhere: Hex = `0x${"42".repeat(20)}`;
    const client = new DriftRegistryClient(elsewhere, chain.provider);
    expect(await verdictOf(certified, client).catch((error: unknown) => error)).to.be.instanceOf(RegistryError);
  });
});
