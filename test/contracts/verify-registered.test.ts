import { expect } from "chai";
import { Interface, type Log, type Provider, type TransactionResponse } from "ethers";
import { fetchCertificate, type FetchCertificateInput } from "../../src/registry/fetch-certificate.js";
import { queryModel } from "../../src/registry/query-model.js";
import { verifyRegistered } from "../../src/registry/verify-registered.js";
import { modelId } from "../../src/commitment/model-id.js";
import type { Hex } from "../../src/algebra/hex.js";
import { UnavailableError } from "../../src/errors/errors.js";
import { srsId } from "../../src/argument/kzg/srs.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployContract } from "../../src/registry/deploy.js";
import { driftRegistryInterface } from "../../src/registry/abi-values.js";
import { certifyParams, encodeCertify } from "../../src/registry/encode.js";
import { certificateId } from "../../src/certificate/certificate-id.js";
import { sendToRegistry } from "../../src/registry/call.js";
import type { Certificate } from "../../src/certificate/certificate.js";
import type { TrustAnchors } from "../../src/segment/trust-anchors.js";
import { knownTauSrs } from "../unit/argument/mercury/known-tau.js";
import { artifact, deployTestRegistry, startChain, type Chain, type TestRegistry } from "./support/chain.js";
import { otherNode } from "./support/other-node.js";
import { knownKeyGroth16 } from "./support/known-key-groth16.js";
import { rule, World } from "./support/world.js";

const RULES = [
  rule(0, 4, { maxRank: 2, gridCols: 2, shift: 8 }),
  rule(4, 3),
  rule(7, 2, { maxNonzeros: 9n }),
  rule(9, 2, { maxRank: 1, gridCols: 2, shift: 3, maxNonzeros: 5n }),
];

const WALLET = new Interface([
  "function execute(address target, bytes data)",
  "function executeParts(address target, bytes head, bytes tail)",
]);

/** What a registry has, verified with one's own keys on its calldata. */
describe("a registered certificate", () => {
  const groth16 = knownKeyGroth16("certify");
  const { key, simulate } = groth16;
  const { srs } = knownTauSrs("contracts");
  const anchors: TrustAnchors = { srsId: srsId(srs), srs, verifyingKey: () => key };
  let chain: Chain;
  let registry: TestRegistry;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    registry = await deployTestRegistry(chain, await groth16.contract());
  });

  after(() => chain.close());

  async function newWorld(seed: string): Promise<World> {
    const world = new World(seed, TIERS.nano, 12, RULES);
    await registry.client.registerModel(chain.publisher, world.base);
    await registry.client.registerPolicy(chain.publisher, world);
    return world;
  }

  const inputOf = (id: Hex, client = registry.client): FetchCertificateInput => ({
    registry: client,
    certificateId: id,
    anchors,
    insecure: false,
  });

  const chained = [
    [{ ruleIndex: 0, tiles: [0, 1, 2, 3] }],
    [{ ruleIndex: 1, tiles: [4, 5] }],
    [
      { ruleIndex: 3, tiles: [9, 10] },
      { ruleIndex: 1, tiles: [6] },
      { ruleIndex: 2, tiles: [8] },
    ],
  ];

  async function expectSame(certificate: Certificate): Promise<void> {
    const { manifest: _manifest, ...onChain } = certificate;
    const fetched = await fetchCertificate(inputOf(certificateId(certificate)));
    expect(fetched?.certificate).to.deep.equal({ ...onChain, insecure: false });
    const { outcome } = await verifyRegistered(inputOf(certificateId(certificate)));
    expect(outcome).to.equal("verified");
  }

  it("is put together again from the calldata, in every leaf, and verified", async () => {
    const { client, place } = registry;
    const world = await newWorld("a chain");
    const certificate = await world.certificate(place, chained, simulate);
    await client.certify(chain.publisher, certificate);
    await expectSame(certificate);
  });

  it("is found among several of one transaction, and when a relayer sent it", async () => {
    const { client, place } = registry;
    const world = await newWorld("several");
    const several = [
      await world.certificate(place, [[{ ruleIndex: 1, tiles: [4] }]], simulate),
      await world.certificate(place, [[{ ruleIndex: 1, tiles: [5] }]], simulate),
    ];
    await client.certifyMany(chain.publisher, several);
    for (const each of several) await expectSame(each);
    const relayed = await world.certificate(place, [[{ ruleIndex: 1, tiles: [6] }]], simulate);
    const signed = await client.signCertify(chain.publisher, relayed);
    await client.certifyFor(chain.stranger, relayed, signed);
    await expectSame(relayed);
  });

  it("is found in the call that a wallet hands on, and could not be checked where the wallet makes the call", async () => {
    const world = await newWorld("wallets");
    const wallet = await deployContract(chain.publisher, await artifact("MockWallet"), [
      await chain.publisher.getAddress(),
    ]);
    const place = { ...registry.place, publisher: wallet.address };
    const callOf = (certificate: Certificate): Hex => encodeCertify(certifyParams(certificate, registry.routeOf));
    const whole = await world.certificate(place, [[{ ruleIndex: 1, tiles: [4] }]], simulate);
    const execute = WALLET.encodeFunctionData("execute", [place.registry, callOf(whole)]) as Hex;
    await sendToRegistry(chain.stranger, wallet.address, execute);
    await expectSame(whole);

    const parted = await world.certificate(place, [[{ ruleIndex: 1, tiles: [5] }]], simulate);
    const call = callOf(parted);
    const parts = [place.registry, call.slice(0, 1000), `0x${call.slice(1000)}`];
    await sendToRegistry(chain.stranger, wallet.address, WALLET.encodeFunctionData("executeParts", parts) as Hex);
    const result = await verifyRegistered(inputOf(certificateId(parted)));
    expect(result.outcome).to.equal("could-not-check");
    expect((await standing(parted)).verdict).to.equal("could-not-check");
  });

  it("could not be checked under other keys, without a key, or under another SRS", async () => {
    const { client, place } = registry;
    const certificate = await (await newWorld("keys")).certificate(place, [[{ ruleIndex: 1, tiles: [4] }]], simulate);
    const { certificateId: id } = await client.certify(chain.publisher, certificate);
    const other = knownKeyGroth16("other").key;
    const cases: readonly (readonly [RegExp, Partial<TrustAnchors>])[] = [
      [/verifying key .* not in your setup/u, { verifyingKey: () => other }],
      [/verifying key .* not in your setup/u, { verifyingKey: () => undefined }],
      [/under the SRS/u, { srsId: `0x${"11".repeat(32)}` }],
    ];
    for (const [message, changed] of cases) {
      const result = await verifyRegistered({ ...inputOf(id), anchors: { ...anchors, ...changed } });
      if (result.outcome !== "could-not-check") throw new Error(result.outcome);
      expect(result.error.shortMessage).to.match(message);
    }
    expect(await fetchCertificate(inputOf(`0x${"22".repeat(32)}`))).to.equal(undefined);
  });

  it("is never certified by a node that changes the calldata, whatever it changes", async function () {
    this.timeout(120_000);
    const { client, place } = registry;
    const certificate = await (await newWorld("lies")).certificate(place, [[{ ruleIndex: 1, tiles: [4] }]], simulate);
    await client.certify(chain.publisher, certificate);
    const honest = encodeCertify(certifyParams(certificate, registry.routeOf));
    const outcomes: Record<string, number> = {};
    // A byte of every word, but for addresses within the calldata and terms that no proof is bound to.
    for (let word = 0; 2 + 8 + 64 * (word + 1) <= honest.length; word += 3) {
      const at = 2 + 8 + 64 * word + 60;
      const digit = honest[at] === "0" ? "1" : "0";
      const data = `${honest.slice(0, at)}${digit}${honest.slice(at + 1)}` as Hex;
      const lying = clientOf(withTransactions(chain.provider, () => ({ data })));
      const { outcome } = await verifyRegistered(inputOf(certificateId(certificate), lying));
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    expect(outcomes["verified"] ?? 0).to.be.at.most(3); // Expiry, metadata: words that bind nobody.
    expect(outcomes["invalid"]).to.be.greaterThan(10);
    const dropping = clientOf(withTransactions(chain.provider, () => null));
    const { outcome } = await verifyRegistered(inputOf(certificateId(certificate), dropping));
    expect(outcome).to.equal("could-not-check");
  });

  it("certifies no other model, and not once revoked", async () => {
    const { client, place } = registry;
    const world = await newWorld("revoked");
    const one = await world.certificate(place, [[{ ruleIndex: 1, tiles: [4] }]], simulate);
    const two = await world.certificate(place, [[{ ruleIndex: 1, tiles: [5] }]], simulate);
    await client.certifyMany(chain.publisher, [one, two]);
    expect((await standing(one)).verdict).to.equal("certified");
    const lying = clientOf(withLogsOf(chain.provider, modelId(one.tuned), modelId(two.tuned)));
    const outcome: unknown = await standing(one, lying).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(UnavailableError);
    await client.revoke(chain.publisher, [certificateId(one)], "a mistake");
    const { verdict, certificates } = await standing(one);
    expect(verdict).to.equal("not-certified");
    expect(certificates[0]?.certificate.status).to.equal("revoked");
  });

  const clientOf = (provider: Provider): DriftRegistryClient =>
    new DriftRegistryClient(registry.place.registry, provider);
  const standing = (certificate: Certificate, client = registry.client): ReturnType<typeof queryModel> =>
    queryModel({
      registry: client,
      modelId: modelId(certificate.tuned),
      question: { baseModelId: modelId(certificate.base) },
      verify: { anchors, insecure: false },
    });
});

type Lie = (real: TransactionResponse) => unknown;

/** A node that tells something else of transactions. */
function withTransactions(provider: Provider, lie: Lie): Provider {
  return otherNode(provider, {
    getTransaction: async (hash: string) => lie((await provider.getTransaction(hash)) as TransactionResponse) as never,
  });
}

/** A node that answers the question for certificates of one model by those of another. */
function withLogsOf(provider: Provider, asked: Hex, told: Hex): Provider {
  const event = driftRegistryInterface.getEvent("CertificateRegistered")?.topicHash;
  return otherNode(provider, {
    getLogs: async (filter) => {
      const [name, model] = filter.topics ?? [];
      if (name !== event || model !== asked) return provider.getLogs(filter);
      const logs = await provider.getLogs({ ...filter, topics: [name, told] } as never);
      return logs.map((log) =>
        Object.assign(Object.create(log) as Log, { topics: [event, asked, ...log.topics.slice(2)] }),
      );
    },
  });
}
