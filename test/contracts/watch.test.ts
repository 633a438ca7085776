import { expect } from "chai";
import type { JsonRpcProvider, Provider } from "ethers";
import { watchRegistry, type RegistryChange, type WatchOptions } from "../../src/registry/watch-registry.js";
import type { Hex } from "../../src/algebra/hex.js";
import { UnavailableError } from "../../src/errors/errors.js";
import { certificateId } from "../../src/certificate/certificate-id.js";
import type { RegistryLogs } from "../../src/registry/logs/events.js";
import { DEFAULT_RETRY } from "../../src/registry/logs/retry.js";
import { TIERS } from "../../src/protocol/tiers.js";
import type { Certificate } from "../../src/certificate/certificate.js";
import { deployTestRegistry, startChain, type Chain, type TestRegistry } from "./support/chain.js";
import { otherNode } from "./support/other-node.js";
import { rule, World } from "./support/world.js";

const retry = { ...DEFAULT_RETRY, sleep: () => Promise.resolve() };

describe("watching a registry", () => {
  let chain: Chain;
  let registry: TestRegistry;
  let certificates: Certificate[];
  let [one, two]: Hex[] = [];

  beforeEach(async function () {
    this.timeout(60_000);
    chain = await startChain();
    registry = await deployTestRegistry(chain);
    const world = new World("watched", TIERS.nano, 8, [rule(0, 4), rule(4, 4)]);
    await registry.client.registerModel(chain.publisher, world.base);
    await registry.client.registerPolicy(chain.publisher, world);
    certificates = [
      await world.certificate(registry.place, [[{ ruleIndex: 0, tiles: [1] }]]),
      await world.certificate(registry.place, [[{ ruleIndex: 1, tiles: [5] }]]),
    ];
    [one, two] = certificates.map(certificateId);
  });

  afterEach(() => chain.close());

  const source = (provider = chain.provider): RegistryLogs => ({ ...registry.client.events, provider, retry });
  const certify = (which: number): Promise<unknown> =>
    registry.client.certify(chain.publisher, certificates[which] as Certificate);

  /** Asks for changes one at a time. */
  function watch(
    provider?: Provider,
    options: WatchOptions = {},
  ): { next: () => Promise<RegistryChange>; stop: () => void } {
    const abort = new AbortController();
    const changes = watchRegistry(source(provider), { intervalMs: 5, signal: abort.signal, ...options });
    const next = async (): Promise<RegistryChange> => {
      const answer = await changes.next();
      if (answer.done === true) throw new Error("the watch has ended");
      return answer.value;
    };
    return { next, stop: () => abort.abort() };
  }

  it("tells what happens to certificates, in order, as it happens", async () => {
    const { next, stop } = watch();
    const first = next();
    await certify(0);
    expect(await first)
      .to.deep.include({ kind: "registered" })
      .and.to.have.nested.property("certificate.certificateId", one);
    await certify(1);
    await registry.client.supersede(chain.publisher, one as Hex, two as Hex);
    await registry.client.revoke(chain.publisher, [two as Hex], "wrong");
    expect(await next()).to.have.nested.property("certificate.certificateId", two);
    expect(await next()).to.include({ kind: "superseded", certificateId: one, by: two });
    expect(await next()).to.include({ kind: "revoked", certificateId: two });
    stop();
    expect(await next().catch((error: unknown) => String(error))).to.include("has ended");
  });

  it("starts where it is told to, and waits for confirmations", async () => {
    await certify(0);
    await certify(1);
    const { next, stop } = watch(undefined, { fromBlock: 0, confirmations: 1 });
    expect(await next()).to.have.nested.property("certificate.certificateId", one);
    const second = next();
    await registry.client.revoke(chain.publisher, [one as Hex], "one more block");
    expect(await second).to.have.nested.property("certificate.certificateId", two);
    stop();
  });

  it("says what no longer counts after a reorganization, and what holds instead", async () => {
    const node = chain.provider as unknown as JsonRpcProvider;
    const { next, stop } = watch();
    const snapshot: unknown = await node.send("evm_snapshot", []);
    const first = next();
    await certify(0);
    const told = await first;
    if (told.kind !== "registered") throw new Error(told.kind);
    await node.send("evm_revert", [snapshot]);
    await certify(1);
    expect(await next()).to.deep.equal({ kind: "reorganized", fromBlock: told.blockNumber });
    expect(await next()).to.have.nested.property("certificate.certificateId", two);
    stop();
  });

  it("is patient with a node that fails for the moment, and gives up one that fails for good or lies", async () => {
    let asked = 0;
    const { provider } = chain;
    const poor = otherNode(provider, {
      getLogs: (filter) => (++asked % 2 === 0 ? provider.getLogs(filter) : Promise.reject(new Error("ECONNRESET"))),
    });
    await certify(0);
    const patient = watch(poor, { fromBlock: 0 });
    expect(await patient.next()).to.have.nested.property("certificate.certificateId", one);
    patient.stop();
    const dead = otherNode(provider, { getLogs: () => Promise.reject(new Error("ECONNRESET")) });
    expect(
      await watch(dead, { fromBlock: 0 })
        .next()
        .catch((error: unknown) => error),
    ).to.be.instanceOf(UnavailableError);
    const liar = otherNode(provider, {
      getLogs: async (filter) => {
        const logs = await provider.getLogs(filter);
        return logs.map((log) => Object.assign(Object.create(log) as typeof log, { data: `0x${"11".repeat(160)}` }));
      },
    });
    expect(
      await watch(liar, { fromBlock: 0 })
        .next()
        .catch((error: unknown) => error),
    ).to.be.instanceOf(UnavailableError);
  });
});
