import { expect } from "chai";
import { Contract, id as keccakOfText } from "ethers";
import { policyId } from "../../src/policy/rule.js";
import { modelId } from "../../src/commitment/model-id.js";
import type { Hex } from "../../src/algebra/hex.js";
import { DRIFT_REGISTRY_ABI } from "../../src/registry/abi.js";
import { driftRegistryInterface, encodeCall } from "../../src/registry/abi-values.js";
import { sendToRegistry } from "../../src/registry/call.js";
import { readEvents, topicsOf } from "../../src/registry/logs/events.js";
import type { CertificateStatus } from "../../src/registry/records.js";
import { deployTestRegistry, someWord, startChain, type Chain, type TestRegistry } from "./support/chain.js";
import { derive, prepare, registerBase, type Child } from "./support/family.js";
import { expectRefusal } from "./support/refusals.js";
import { rule, type World } from "./support/world.js";

describe("status of certificates", () => {
  let chain: Chain;
  let registry: TestRegistry;
  let base: World;
  let count = 0;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    registry = await deployTestRegistry(chain);
    base = await registerBase(chain, registry, "status");
  });

  after(() => chain.close());

  const fresh = (options: { expiresAt?: number } = {}): Promise<Child> =>
    derive(chain, registry, base, [rule(0, 4)], { seed: `fresh ${++count}`, ...options });
  const statusOf = async (id: Hex): Promise<CertificateStatus | undefined> =>
    (await registry.client.getCertificate(id))?.status;
  const isCertified = ({ step, baseModelId, tunedModelId }: Child): Promise<boolean> =>
    registry.client.isCertified(step.publisher, baseModelId, tunedModelId, step.policyId);
  const now = async (): Promise<number> => (await chain.provider.getBlock("latest"))?.timestamp ?? 0;
  const moveTimeTo = async (time: number): Promise<void> => {
    const node = chain.provider as unknown as { send(method: string, params: unknown[]): Promise<unknown> };
    await node.send("evm_setNextBlockTimestamp", [time]);
    await node.send("evm_mine", []);
  };

  it("is active, and for that publisher, base, tune and policy alone", async () => {
    const child = await fresh();
    expect(await statusOf(child.id)).to.equal("active");
    expect(await isCertified(child)).to.equal(true);
    const { step } = child;
    expect(await isCertified({ ...child, tunedModelId: child.baseModelId })).to.equal(false);
    expect(await isCertified({ ...child, step: { ...step, policyId: someWord(1) } })).to.equal(false);
    const stranger = (await chain.stranger.getAddress()) as Hex;
    expect(await isCertified({ ...child, step: { ...step, publisher: stranger } })).to.equal(false);
  });

  it("is revoked for good by its publisher, several at once, with a reason that is announced", async () => {
    const { client, place } = registry;
    const children = [await fresh(), await fresh(), await fresh()];
    const ids = children.map(({ id }) => id);
    const { transactionHash } = await client.revoke(chain.publisher, ids, "trained on the wrong data");
    for (const child of children) {
      expect(await statusOf(child.id)).to.equal("revoked");
      expect(await isCertified(child)).to.equal(false);
    }
    const receipt = await chain.provider.getTransactionReceipt(transactionHash);
    const events = (receipt?.logs ?? []).map((log) => driftRegistryInterface.parseLog(log));
    expect(events.map((event) => event?.name)).to.deep.equal([
      ...ids.map(() => "CertificateRevoked"),
      "RevocationExplained",
    ]);
    const explained = events.at(-1)?.args;
    expect(String(explained?.getValue("publisher")).toLowerCase()).to.equal(place.publisher);
    expect(String(explained?.getValue("reason"))).to.equal("trained on the wrong data");
    const [first] = children;
    if (first === undefined) throw new Error("no child");
    await expectRefusal(client.revoke(chain.publisher, [first.id], ""), "CertificateNotActive", [first.id, 4n]);
    await expectRefusal(client.certify(chain.publisher, first.certificate), "CertificateAlreadyRegistered");
  });

  it("is nobody else's to revoke, and all are revoked or none", async () => {
    const { client } = registry;
    const child = await fresh();
    await expectRefusal(client.revoke(chain.stranger, [child.id], ""), "NotThePublisher");
    const unknown = someWord(3);
    await expectRefusal(client.revoke(chain.publisher, [child.id, unknown], ""), "UnknownCertificate", [unknown]);
    await expectRefusal(client.revoke(chain.publisher, [child.id, child.id], ""), "CertificateNotActive");
    expect(await statusOf(child.id)).to.equal("active");
  });

  it("is superseded by another one of the publisher, and can still be revoked", async () => {
    const { client } = registry;
    const [older, newer] = [await fresh(), await fresh()];
    await expectRefusal(client.supersede(chain.publisher, older.id, older.id), "CertificateNotActive", [older.id, 3n]);
    await expectRefusal(client.supersede(chain.stranger, older.id, newer.id), "NotThePublisher");
    await client.supersede(chain.publisher, older.id, newer.id);
    expect(await statusOf(older.id)).to.equal("superseded");
    expect(await isCertified(older)).to.equal(false);
    expect(await statusOf(newer.id)).to.equal("active");
    await expectRefusal(client.supersede(chain.publisher, newer.id, older.id), "CertificateNotActive", [older.id, 3n]);
    await client.revoke(chain.publisher, [older.id], "");
    expect(await statusOf(older.id)).to.equal("revoked");
  });

  it("is not superseded by somebody else's", async () => {
    const { client, place } = registry;
    const older = await fresh();
    const { certificate } = await prepare(
      chain,
      { ...registry, place: { ...place, publisher: (await chain.stranger.getAddress()).toLowerCase() as Hex } },
      base,
      [rule(0, 4)],
      { seed: "a stranger's" },
    );
    const { certificateId } = await client.certify(chain.stranger, certificate);
    await expectRefusal(client.supersede(chain.publisher, older.id, certificateId), "NotThePublisher");
  });

  it("expires at its second, and cannot be born expired", async () => {
    const { client } = registry;
    const expiresAt = (await now()) + 1_000;
    const child = await fresh({ expiresAt });
    expect((await client.getCertificate(child.id))?.expiresAt).to.equal(expiresAt);
    await moveTimeTo(expiresAt - 1);
    expect(await statusOf(child.id)).to.equal("active");
    await moveTimeTo(expiresAt);
    expect(await statusOf(child.id)).to.equal("expired");
    expect(await isCertified(child)).to.equal(false);
    await expectRefusal(fresh({ expiresAt: expiresAt - 5 }), "ExpiresTooEarly");
    await client.revoke(chain.publisher, [child.id], "");
    expect(await statusOf(child.id)).to.equal("revoked");
  });

  it("comes with what the publisher says about it, and anybody can say more", async () => {
    const { client } = registry;
    const metadata = { uri: "ipfs://card", contentHash: someWord(8) };
    const { certificate } = await prepare(chain, registry, base, [rule(0, 4)], { seed: "said" });
    const { certificateId } = await client.certify(chain.publisher, certificate, { metadata });
    await client.publishMetadata(chain.stranger, certificateId, {
      uri: "https://example.org",
      contentHash: someWord(9),
    });
    // Bytes that are no UTF-8, which a contract can send: they must not keep the rest from being read.
    const call = encodeCall("publishMetadata", [certificateId, { uri: "bad", contentHash: someWord(9) }]);
    const bad = call.replace(Buffer.from("bad").toString("hex"), "fffeff") as Hex;
    await sendToRegistry(chain.stranger, client.address, bad);
    const said = await readEvents(client.events, topicsOf("MetadataPublished", [certificateId]));
    expect(said.map(({ args }) => args.uri)).to.deep.equal(["ipfs://card", "https://example.org", "\ufffd"]);
    const { publisher } = said[1]?.args ?? expect.fail();
    expect(publisher).to.equal((await chain.stranger.getAddress()).toLowerCase());
  });

  it("is found by publisher, policy, base and tuned model", async () => {
    const { client, place } = registry;
    const child = await fresh();
    const id = policyId(child.certificate.policy);
    for (const found of [
      await client.findByPublisher(place.publisher),
      await client.findByPolicy(id),
      await client.findByBaseModel(modelId(base.base)),
    ]) {
      expect(found.map(({ certificateId }) => certificateId)).to.include(child.id);
    }
    expect((await client.findByTunedModel(child.tunedModelId)).map((each) => each.certificateId)).to.deep.equal([
      child.id,
    ]);
    expect(await client.findByPublisher(`0x${"77".repeat(20)}`)).to.deep.equal([]);
  });

  it("is announced through ERC-165", async () => {
    const contract = new Contract(registry.client.address, DRIFT_REGISTRY_ABI, chain.provider);
    const supports = async (interfaceId: string): Promise<boolean> =>
      Boolean(await contract.getFunction("supportsInterface")(interfaceId));
    expect(await supports("0x01ffc9a7")).to.equal(true);
    expect(await supports("0xffffffff")).to.equal(false);
    expect(await supports(keccakOfText("nothing").slice(0, 10))).to.equal(false);
  });
});
