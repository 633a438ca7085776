import { expect } from "chai";
import { Log, type LogParams, type Provider } from "ethers";
import { modelId } from "../../src/commitment/model-id.js";
import { policyId } from "../../src/policy/rule.js";
import { keccakText } from "../../src/algebra/keccak.js";
import type { Hex } from "../../src/algebra/hex.js";
import { UnavailableError } from "../../src/errors/errors.js";
import { lineageOf } from "../../src/registry/lineage.js";
import { sendToRegistry } from "../../src/registry/call.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployContract } from "../../src/registry/deploy.js";
import { driftRegistryInterface } from "../../src/registry/abi-values.js";
import { DEFAULT_RETRY } from "../../src/registry/logs/retry.js";
import {
  listCertificates,
  loggedCertificates,
  scanCertificates,
  withStatus,
  type CertificateFilter,
} from "../../src/registry/logs/certificates.js";
import type { RegistryLogs } from "../../src/registry/logs/events.js";
import { memoryLogStore } from "../../src/registry/logs/kept-logs.js";
import { g2Words } from "../../src/registry/points.js";
import { knownTauSrs } from "../unit/argument/mercury/known-tau.js";
import { artifact, startChain, type Chain } from "./support/chain.js";
import { otherNode } from "./support/other-node.js";
import { rule, World } from "./support/world.js";
import { TIERS } from "../../src/protocol/tiers.js";

const BATCHES = 200;
const PER_BATCH = 50;

describe("a registry with 10,000 certificates", function () {
  this.timeout(300_000);
  let chain: Chain;
  let client: DriftRegistryClient;
  let publisher: Hex;
  let world: World;

  before(async () => {
    chain = await startChain();
    const { srs } = knownTauSrs("contracts");
    const points = { tau1: srs.tau1, blindingBase: srs.blindingBase, tau2: g2Words(srs.tau2) };
    const { address } = await deployContract(chain.publisher, await artifact("RegistryWithoutProofs"), [points]);
    client = new DriftRegistryClient(address, chain.provider);
    publisher = (await chain.publisher.getAddress()).toLowerCase() as Hex;
    world = new World("many", TIERS.nano, 4, [rule(0, 4)]);
    await client.registerModel(chain.publisher, world.base);
    await client.registerPolicy(chain.publisher, world);
    const { t, tileCount, manifestHash, classTableHash, merkleRoot } = world.base;
    for (let batch = 0; batch < BATCHES; ++batch) {
      const params = Array.from({ length: PER_BATCH }, (_, i) => ({
        base: { t, tileCount, manifestHash, classTableHash, merkleRoot },
        policyId: policyId(world.policy),
        tunedMerkleRoot: rootOf(batch * PER_BATCH + i),
        expiresAt: 0,
        metadata: { uri: "", contentHash: rootOf(0) },
        segments: [],
      }));
      const data = driftRegistryInterface.encodeFunctionData("certifyMany", [params]) as Hex;
      await sendToRegistry(chain.publisher, client.address, data);
    }
  });

  after(() => chain.close());

  const rootOf = (n: number): Hex => keccakText(`tuned ${n}`);
  const tunedModel = (n: number): Hex => modelId({ ...world.base, merkleRoot: rootOf(n) });

  const retry = { ...DEFAULT_RETRY, sleep: () => Promise.resolve() };
  const sourceOf = (provider: Provider): RegistryLogs => ({ ...client.events, provider, blocksPerRequest: 10, retry });

  /** Ids, and the largest page. */
  async function scan(
    filter: CertificateFilter,
    provider = chain.provider,
  ): Promise<{ ids: Set<Hex>; largest: number }> {
    const ids = new Set<Hex>();
    let largest = 0;
    for await (const page of scanCertificates(sourceOf(provider), filter)) {
      largest = Math.max(largest, page.length);
      for (const { certificateId } of page) ids.add(certificateId);
    }
    return { ids, largest };
  }

  it("is paged through, each certificate once, a few blocks at a time", async () => {
    const all = await scan({});
    expect(all.ids.size).to.equal(BATCHES * PER_BATCH);
    // What is in memory is what ten blocks hold, however many there are.
    expect(all.largest).to.be.at.most(10 * PER_BATCH);
  });

  it("is asked by base, publisher and policy, and for all of them together", async function () {
    this.timeout(60_000);
    const [baseModelId, id] = [modelId(world.base), policyId(world.policy)];
    for (const filter of [{ baseModelId }, { publisher }, { policyId: id }]) {
      expect((await scan(filter)).ids.size, Object.keys(filter)[0]).to.equal(BATCHES * PER_BATCH);
    }
    const one = { tunedModelId: tunedModel(12), baseModelId, publisher, policyId: id };
    expect((await scan(one)).ids.size).to.equal(1);
    expect((await scan({ ...one, publisher: `0x${"77".repeat(20)}` })).ids.size).to.equal(0);
    expect((await scan({ ...one, policyId: rootOf(0) })).ids.size).to.equal(0);
    expect((await scan({ ...one, baseModelId: tunedModel(0) })).ids.size).to.equal(0);
    // All at once, and kept: the second time only what is new is asked for.
    let asked = 0;
    const provider = otherNode(chain.provider, {
      getLogs: (filter) => {
        asked++;
        return chain.provider.getLogs(filter);
      },
    });
    const kept = { ...sourceOf(provider), store: memoryLogStore() };
    expect(await listCertificates(kept, { publisher })).to.have.length(BATCHES * PER_BATCH);
    const first = asked;
    expect(await listCertificates(kept, { publisher, tunedModelId: tunedModel(12) })).to.have.length(1);
    expect(asked - first).to.be.below(first / 2);
  });

  it("answers for one of them, and for its lineage", async () => {
    const id = tunedModel(7_654);
    const { ids } = await scan({ tunedModelId: id });
    expect(ids.size).to.equal(1);
    const [found] = await client.findByTunedModel(id);
    expect([...ids]).to.deep.equal([found?.certificateId]);
    expect(found).to.include({ status: "active", publisher, policyId: policyId(world.policy) });
    expect((await client.ancestors(id)).map((each) => each.modelId)).to.deep.equal([modelId(world.base)]);
    expect(await client.isCertified(publisher, modelId(world.base), id, policyId(world.policy))).to.equal(true);
    expect((await scan({ tunedModelId: tunedModel(-1) })).ids.size).to.equal(0);
    const above = await lineageOf(client.events, id);
    expect(above).to.deep.include({ models: [id, modelId(world.base)], isComplete: true });
    const below = await lineageOf(client.events, modelId(world.base), 60);
    expect(below.certificates).to.have.length(60);
    expect(below.isComplete).to.equal(false);
  });

  it("tells from logs what has become of certificates", async () => {
    const ids = [
      ...(await scan({ tunedModelId: tunedModel(5) })).ids,
      ...(await scan({ tunedModelId: tunedModel(6) })).ids,
    ];
    await client.revoke(chain.publisher, ids.slice(0, 1), "for the test");
    const standing = await withStatus(client.events, await loggedCertificates(client.events, ids));
    expect(standing.map(({ status }) => status)).to.deep.equal(["revoked", "active"]);
  });

  it("survives a node that drops every other request and limits ranges, and says so when one lies", async () => {
    const { provider } = chain;
    let asked = 0;
    const poor = otherNode(provider, {
      getLogs: (filter) => {
        const { fromBlock = 0, toBlock = 0 } = filter as { fromBlock?: number; toBlock?: number };
        if (toBlock - fromBlock >= 5) return Promise.reject(new Error("block range is too large"));
        return ++asked % 2 === 0 ? Promise.reject(new Error("ECONNRESET")) : provider.getLogs(filter);
      },
    });
    expect((await scan({}, poor)).ids.size).to.equal(BATCHES * PER_BATCH);
    // Certificates of other models, as if they led to the one that was asked for.
    const liar = otherNode(provider, {
      getLogs: async (filter) => {
        const { topics, ...rest } = filter as { topics: string[] };
        const logs = await provider.getLogs({ ...rest, topics: [String(topics[0])] });
        return logs.map((log) => {
          const [event = "", , ...others] = log.topics;
          return new Log({ ...(log.toJSON() as LogParams), topics: [event, String(topics[1]), ...others] }, provider);
        });
      },
    });
    const outcome = await scan({ tunedModelId: tunedModel(-1) }, liar).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(UnavailableError);
  });
});
