import { expect } from "chai";
import { AbiCoder, Interface, concat, getBytes, hashMessage, type InterfaceAbi } from "ethers";
import type { Hex } from "../../src/algebra/hex.js";
import { deployContract } from "../../src/registry/deploy.js";
import { artifact, deployTestRegistry, someWord, startChain, type Chain, type TestRegistry } from "./support/chain.js";
import { knownKeyGroth16 } from "./support/known-key-groth16.js";
import { derive, prepare, registerBase } from "./support/family.js";
import { expectRefusal } from "./support/refusals.js";
import { rule, type World } from "./support/world.js";

describe("delegated registration", () => {
  let chain: Chain;
  let registry: TestRegistry;
  let base: World;
  let count = 0;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    registry = await deployTestRegistry(chain);
    base = await registerBase(chain, registry, "delegation");
  });

  after(() => chain.close());

  const certificate = async (): Promise<Awaited<ReturnType<typeof prepare>>["certificate"]> =>
    (await prepare(chain, registry, base, [rule(0, 4)], { seed: `delegated ${++count}` })).certificate;
  const inAnHour = async (): Promise<number> => ((await chain.provider.getBlock("latest"))?.timestamp ?? 0) + 3_600;

  it("registers for the publisher who signed, whoever sends and pays", async () => {
    const { client, place } = registry;
    const wanted = await certificate();
    const terms = { expiresAt: (await inAnHour()) * 2, metadata: { uri: "ipfs://x", contentHash: someWord(1) } };
    const signed = await client.signCertify(chain.publisher, wanted, { ...terms, deadline: await inAnHour() });
    const { certificateId } = await client.certifyFor(chain.stranger, wanted, signed, terms);
    expect(await client.getCertificate(certificateId)).to.include({
      publisher: place.publisher,
      status: "active",
      expiresAt: terms.expiresAt,
    });
  });

  it("takes a signature once, until its deadline, and for what was signed alone", async () => {
    const { client } = registry;
    const [wanted, other] = [await certificate(), await certificate()];
    const signed = await client.signCertify(chain.publisher, wanted, { deadline: await inAnHour() });
    const send = (
      ...args: Parameters<typeof client.certifyFor> extends [unknown, ...infer R] ? R : never
    ): Promise<unknown> => client.certifyFor(chain.stranger, ...args);
    await expectRefusal(send(other, signed), "InvalidSignature");
    await expectRefusal(send(wanted, signed, { expiresAt: (await inAnHour()) * 2 }), "InvalidSignature");
    const metadata = { uri: "ipfs://y", contentHash: someWord(2) };
    await expectRefusal(send(wanted, signed, { metadata }), "InvalidSignature");
    await expectRefusal(send(wanted, { ...signed, deadline: signed.deadline + 1 }), "InvalidSignature");
    const byStranger = await client.signCertify(chain.stranger, wanted, { deadline: await inAnHour() });
    await expectRefusal(send(wanted, byStranger), "InvalidSignature");
    await send(wanted, signed);
    // The nonce is used up, so that the signature is that of another request.
    await expectRefusal(send(wanted, signed), "InvalidSignature");
    const late = await client.signCertify(chain.publisher, other, { deadline: 1 });
    await expectRefusal(send(other, late), "SignatureExpired", [1n]);
  });

  it("does not make a copied proof the copier's", async () => {
    const groth16 = knownKeyGroth16("delegated");
    const strict = await deployTestRegistry(chain, await groth16.contract());
    const world = await registerBase(chain, strict, "strictly delegated");
    await strict.client.registerPolicy(chain.publisher, world);
    const proven = await world.certificate(strict.place, [[{ ruleIndex: 0, tiles: [0] }]], groth16.simulate);
    const stranger = (await chain.stranger.getAddress()).toLowerCase() as Hex;
    const copied = { ...proven, publisher: stranger };
    const deadline = await inAnHour();
    const signed = await strict.client.signCertify(chain.stranger, copied, { deadline });
    await expectRefusal(strict.client.certifyFor(chain.stranger, copied, signed), "InvalidGroth16Proof", [0n]);
    const own = await strict.client.signCertify(chain.publisher, proven, { deadline });
    await strict.client.certifyFor(chain.stranger, proven, own);
  });

  it("revokes for the publisher who signed", async () => {
    const { client, place } = registry;
    const { id: certificateId } = await derive(chain, registry, base, [rule(0, 4)], { seed: "to be revoked" });
    const request = { publisher: place.publisher, certificateIds: [certificateId], reason: "wrong data" };
    const signed = await client.signRevoke(chain.publisher, request, await inAnHour());
    await expectRefusal(client.revokeFor(chain.stranger, { ...request, reason: "!" }, signed), "InvalidSignature");
    const others = { ...request, certificateIds: [certificateId, someWord(1)] };
    await expectRefusal(client.revokeFor(chain.stranger, others, signed), "InvalidSignature");
    await client.revokeFor(chain.stranger, request, signed);
    expect((await client.getCertificate(certificateId))?.status).to.equal("revoked");
    await expectRefusal(client.revokeFor(chain.stranger, request, signed), "InvalidSignature");
    const late = await client.signRevoke(chain.publisher, request, 1);
    await expectRefusal(client.revokeFor(chain.stranger, request, late), "SignatureExpired");
  });

  it("asks contracts by ERC-1271", async () => {
    const { client, place } = registry;
    const wallet = await artifact("MockWallet");
    const { address } = await deployContract(chain.publisher, wallet, [await chain.publisher.getAddress()]);
    const ownedByWallet = { ...registry, place: { ...place, publisher: address } };
    const { certificate: wanted } = await prepare(chain, ownedByWallet, base, [rule(0, 4)], { seed: "a wallet's" });
    const deadline = await inAnHour();
    const signed = await client.signCertify(chain.publisher, wanted, { deadline });
    const byStranger = await client.signCertify(chain.stranger, wanted, { deadline });
    await expectRefusal(client.certifyFor(chain.stranger, wanted, byStranger), "InvalidSignature");
    const { certificateId } = await client.certifyFor(chain.stranger, wanted, signed);
    expect((await client.getCertificate(certificateId))?.publisher).to.equal(address);
    // The wallet is a contract that answers for its owner alone.
    const abi = new Interface(wallet.abi as InterfaceAbi);
    const digest = hashMessage("x");
    const signature = concat([getBytes(someWord(1)), getBytes(someWord(2)), "0x1b"]);
    const data = abi.encodeFunctionData("isValidSignature", [digest, signature]);
    const [answer] = AbiCoder.defaultAbiCoder().decode(["bytes4"], await chain.provider.call({ to: address, data }));
    expect(answer).to.equal("0xffffffff");
  });
});

describe("several certificates at once", () => {
  it("are registered in order, one as the base of the next, all or none", async function () {
    this.timeout(120_000);
    const chain = await startChain();
    const registry = await deployTestRegistry(chain);
    const { client } = registry;
    const base = await registerBase(chain, registry, "batch");
    const first = await prepare(chain, registry, base, [rule(0, 4)], { seed: "first" });
    const second = await prepare(chain, registry, base, [rule(0, 4)], { seed: "second", tile: 1 });
    const repeated = [first.certificate, second.certificate, first.certificate];
    await expectRefusal(client.certifyMany(chain.publisher, repeated), "CertificateAlreadyRegistered");
    const { certificateIds } = await client.certifyMany(chain.publisher, [first.certificate, second.certificate]);
    for (const id of certificateIds) expect((await client.getCertificate(id))?.status).to.equal("active");
    await chain.close();
  });
});

describe("restricted models", () => {
  let chain: Chain;
  let registry: TestRegistry;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    registry = await deployTestRegistry(chain);
  });

  after(() => chain.close());

  it("are certified from by their registrant and by whom that one allows", async () => {
    const { client, place } = registry;
    const base = await registerBase(chain, registry, "restricted", 4, true);
    const { baseModelId } = await derive(chain, registry, base, [rule(0, 4)], { seed: "own" });
    expect((await client.getModel(baseModelId))?.isRestricted).to.equal(true);
    const stranger = (await chain.stranger.getAddress()).toLowerCase() as Hex;
    const theirs = { ...registry, place: { ...place, publisher: stranger } };
    const { certificate } = await prepare(chain, theirs, base, [rule(0, 4)], { seed: "theirs" });
    const certify = (): Promise<unknown> => client.certify(chain.stranger, certificate);
    expect(await client.mayDerive(baseModelId, stranger)).to.equal(false);
    await expectRefusal(certify(), "NotAllowedToDerive");
    await expectRefusal(client.setDeriver(chain.stranger, baseModelId, stranger, true), "NotTheRegistrant");
    await client.setDeriver(chain.publisher, baseModelId, stranger, true);
    await client.setDeriver(chain.publisher, baseModelId, stranger, false);
    await expectRefusal(certify(), "NotAllowedToDerive");
    await client.setDeriver(chain.publisher, baseModelId, stranger, true);
    expect(await client.mayDerive(baseModelId, stranger)).to.equal(true);
    await certify();
  });

  it("are restricted from the beginning or never", async () => {
    const { client } = registry;
    const open = await registerBase(chain, registry, "open");
    const { baseModelId, tunedModelId } = await derive(chain, registry, open, [rule(0, 4)], { seed: "open child" });
    const stranger = (await chain.stranger.getAddress()).toLowerCase() as Hex;
    for (const id of [baseModelId, tunedModelId]) {
      expect(await client.mayDerive(id, stranger)).to.equal(true);
      await expectRefusal(client.setDeriver(chain.publisher, id, stranger, true), "ModelNotRestricted", [id]);
    }
    await expectRefusal(client.setDeriver(chain.publisher, someWord(6), stranger, true), "UnknownModel", [someWord(6)]);
  });
});
