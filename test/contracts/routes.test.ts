import { expect } from "chai";
import { Contract, ZeroAddress, type Signer } from "ethers";
import { modelId } from "../../src/commitment/model-id.js";
import { keccakWords } from "../../src/algebra/keccak.js";
import type { Hex } from "../../src/algebra/hex.js";
import { PROTOCOL_VERSION } from "../../src/protocol/constants.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { DRIFT_REGISTRY_ABI } from "../../src/registry/abi.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployContract } from "../../src/registry/deploy.js";
import { decodeRegistryFailure } from "../../src/registry/revert.js";
import { routeId, verifyingKeyHash } from "../../src/registry/verifying-key.js";
import { artifact, registryArguments, someWord, startChain, type Chain } from "./support/chain.js";
import { knownKeyGroth16 } from "./support/known-key-groth16.js";
import { expectRefusal } from "./support/refusals.js";
import { rule, World } from "./support/world.js";

describe("verifying keys of a registry", () => {
  let chain: Chain;
  let first: Hex;
  let second: Hex;
  let registry: Hex;
  let client: DriftRegistryClient;

  /** Sends a call of the owner's functions; throws what the registry refuses with. */
  async function send(signer: Signer, name: string, args: readonly unknown[]): Promise<void> {
    const contract = new Contract(registry, DRIFT_REGISTRY_ABI, signer);
    try {
      const sent = (await contract.getFunction(name)(...args)) as { wait(): Promise<unknown> };
      await sent.wait();
    } catch (error) {
      throw decodeRegistryFailure(error);
    }
  }

  const mock = async (word: number): Promise<Hex> => {
    const contract = { ...(await artifact("MockGroth16Verifier")), args: [someWord(word)] };
    return (await deployContract(chain.publisher, contract)).address;
  };
  const idOf = (tierId: number, word: number): Hex =>
    keccakWords([BigInt(PROTOCOL_VERSION), BigInt(tierId), someWord(word)]);

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    first = await mock(1);
    second = await mock(2);
  });

  beforeEach(async () => {
    const [, , srs] = registryArguments([]);
    const owner = await chain.publisher.getAddress();
    const args = [owner, [{ tierId: TIERS.nano.id, verifier: first }], srs];
    registry = (await deployContract(chain.publisher, await artifact("DriftRegistry"), args)).address;
    client = new DriftRegistryClient(registry, chain.provider);
  });

  after(() => chain.close());

  it("stand side by side, named by version, tier and key, and the newest is taken", async () => {
    await send(chain.publisher, "addRoute", [TIERS.nano.id, second]);
    await send(chain.publisher, "addRoute", [TIERS.small.id, second]);
    await send(chain.publisher, "addRoute", [TIERS.large.id, second]);
    expect(await client.routesOf(TIERS.nano)).to.deep.equal([
      { routeId: idOf(TIERS.nano.id, 1), tierId: TIERS.nano.id, verifier: first, isFrozen: false },
      { routeId: idOf(TIERS.nano.id, 2), tierId: TIERS.nano.id, verifier: second, isFrozen: false },
    ]);
    expect(await client.verifierOf(TIERS.nano)).to.equal(second);
    expect(await client.supportedTiers()).to.deep.equal([TIERS.nano, TIERS.small, TIERS.large]);
  });

  it("have the id that TypeScript computes from a key", async () => {
    const groth16 = knownKeyGroth16("route ids");
    const { address } = await deployContract(chain.publisher, await groth16.contract());
    await send(chain.publisher, "addRoute", [TIERS.medium.id, address]);
    const [route] = await client.routesOf(TIERS.medium);
    expect(route?.routeId).to.equal(routeId(TIERS.medium, groth16.key));
    expect(verifyingKeyHash(groth16.key)).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("are never replaced or added twice, frozen or not", async () => {
    const id = idOf(TIERS.nano.id, 1);
    await expectRefusal(send(chain.publisher, "addRoute", [TIERS.nano.id, first]), "RouteAlreadyAdded", [id]);
    const twin = await mock(1);
    await send(chain.publisher, "freezeRoute", [id]);
    await expectRefusal(send(chain.publisher, "addRoute", [TIERS.nano.id, twin]), "RouteAlreadyAdded", [id]);
    await expectRefusal(send(chain.publisher, "freezeRoute", [id]), "RouteIsFrozen", [id]);
    await expectRefusal(send(chain.publisher, "freezeRoute", [someWord(9)]), "UnknownRoute", [someWord(9)]);
    const nobody = `0x${"11".repeat(20)}`;
    await expectRefusal(send(chain.publisher, "addRoute", [TIERS.small.id, nobody]), "VerifierHasNoCode");
    await expectRefusal(send(chain.publisher, "addRoute", [9, first]), "UnknownTier", [9n]);
  });

  it("take no certificates once they are frozen, and leave those that are registered", async () => {
    const world = new World("frozen routes", TIERS.nano, 3, [rule(0, 3)]);
    await client.registerModel(chain.publisher, world.base);
    await client.registerPolicy(chain.publisher, world);
    const publisher = (await chain.publisher.getAddress()).toLowerCase() as Hex;
    const place = { chainId: chain.chainId, registry, publisher };
    const certificate = await world.certificate(place, [[{ ruleIndex: 0, tiles: [0] }]]);
    const routeOf = (): Hex => idOf(TIERS.nano.id, 1);
    const { certificateId } = await client.certify(chain.publisher, certificate);
    await send(chain.publisher, "freezeRoute", [routeOf()]);
    const other = await world.certificate(place, [[{ ruleIndex: 0, tiles: [1] }]]);
    await expectRefusal(client.certify(chain.publisher, other, { routeOf }), "RouteIsFrozen", [routeOf()]);
    await expectRefusal(client.certify(chain.publisher, other), "UnknownRoute");
    const unknown = client.certify(chain.publisher, other, { routeOf: () => someWord(5) });
    await expectRefusal(unknown, "UnknownRoute", [someWord(5)]);
    expect((await client.getCertificate(certificateId))?.status).to.equal("active");
    expect((await client.getModel(modelId(certificate.tuned)))?.parentCertificateId).to.equal(certificateId);
    expect(await client.verifierOf(TIERS.nano)).to.equal(undefined);
  });

  it("are the owner's to add and freeze, and nobody's without one", async () => {
    for (const [name, args] of [
      ["addRoute", [TIERS.small.id, second]],
      ["freezeRoute", [idOf(TIERS.nano.id, 1)]],
    ] as const) {
      await expectRefusal(send(chain.stranger, name, args), "OwnableUnauthorizedAccount");
    }
    const stranger = await chain.stranger.getAddress();
    await send(chain.publisher, "transferOwnership", [stranger]);
    await send(chain.publisher, "addRoute", [TIERS.small.id, second]);
    await send(chain.stranger, "acceptOwnership", []);
    await expectRefusal(send(chain.publisher, "addRoute", [TIERS.medium.id, second]), "OwnableUnauthorizedAccount");
    await send(chain.stranger, "renounceOwnership", []);
    await expectRefusal(send(chain.stranger, "addRoute", [TIERS.medium.id, second]), "OwnableUnauthorizedAccount");
    registry = (await deployContract(chain.publisher, await artifact("DriftRegistry"), registryArguments([]))).address;
    const fixed = new Contract(registry, DRIFT_REGISTRY_ABI, chain.provider);
    expect(await fixed.getFunction("owner")()).to.equal(ZeroAddress);
    await expectRefusal(send(chain.publisher, "addRoute", [TIERS.nano.id, first]), "OwnableUnauthorizedAccount");
  });
});
