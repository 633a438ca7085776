import { expect } from "chai";
import { Contract, type JsonRpcProvider } from "ethers";
import { queryModel, type ModelAnswer, type QueryModelInput } from "../../src/registry/query-model.js";
import { modelId } from "../../src/commitment/model-id.js";
import { policyId } from "../../src/policy/rule.js";
import type { Hex } from "../../src/algebra/hex.js";
import { srsId } from "../../src/argument/kzg/srs.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { DRIFT_REGISTRY_ABI } from "../../src/registry/abi.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployContract } from "../../src/registry/deploy.js";
import { knownTauSrs } from "../unit/argument/mercury/known-tau.js";
import {
  artifact,
  deployTestRegistry,
  registryArguments,
  startChain,
  type Chain,
  type TestRegistry,
} from "./support/chain.js";
import { derive, prepare, registerBase } from "./support/family.js";
import { knownKeyGroth16 } from "./support/known-key-groth16.js";
import { expectRefusal } from "./support/refusals.js";
import { rule, World } from "./support/world.js";

/** What a consumer is told over the life of certificates in a real registry; proofs are the mock verifier's. */
describe("the verdict on a model in a registry", () => {
  let chain: Chain;
  let registry: TestRegistry;
  let base: World;
  let origin: Hex;
  let stranger: Hex;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    registry = await deployTestRegistry(chain);
    stranger = (await chain.stranger.getAddress()).toLowerCase() as Hex;
  });

  beforeEach(async function () {
    base = await registerBase(chain, registry, this.currentTest?.title ?? "verdict", 8);
    origin = modelId(base.base);
  });

  after(() => chain.close());

  const ask = (model: Hex, publishers?: readonly Hex[], more: Partial<QueryModelInput> = {}): Promise<ModelAnswer> =>
    queryModel({
      registry: registry.client,
      modelId: model,
      question: { baseModelId: origin, publishers },
      ...more,
    });

  /** A certificate of the stranger's, from the world's base, in one tile. */
  async function byStranger(world: World): Promise<Hex> {
    const certificate = await world.certificate({ ...registry.place, publisher: stranger }, [
      [{ ruleIndex: 0, tiles: [1] }],
    ]);
    await registry.client.registerPolicy(chain.stranger, world).catch(() => undefined);
    await registry.client.certify(chain.stranger, certificate);
    return modelId(certificate.tuned);
  }

  it("is no for a stranger's certificate where publishers are named, and for another base always", async () => {
    const tuned = await byStranger(base.withRules("stranger", [rule(0, 4)]));
    expect((await ask(tuned)).verdict).to.equal("certified");
    const { verdict, reasons } = await ask(tuned, [registry.place.publisher]);
    expect(verdict).to.equal("not-certified");
    expect(reasons.join().toLowerCase()).to.include(stranger);
    expect((await ask(tuned, [stranger])).verdict).to.equal("certified");
    const other = await registerBase(chain, registry, "an unrelated base of the same shapes", 8);
    const question = { baseModelId: modelId(other.base) };
    expect((await ask(tuned, undefined, { question })).verdict).to.equal("not-certified");
    expect((await ask(tuned, undefined, { question: undefined })).verdict).to.equal("report");
  });

  it("follows certificates through models between, and not through a publisher who is not accepted", async () => {
    const first = await derive(chain, registry, base, [rule(0, 4)]);
    const below = new World("below", TIERS.nano, 8, [rule(0, 4)], first.world);
    const tuned = await byStranger(below);
    const answer = await ask(tuned);
    expect(answer.verdict).to.equal("certified");
    expect(answer.path?.map(({ certificate }) => certificate.baseModelId)).to.deep.equal([origin, first.tunedModelId]);
    expect((await ask(tuned, [registry.place.publisher])).verdict).to.equal("not-certified");
    await registry.client.revoke(chain.publisher, [first.id], "for the test");
    const { verdict, reasons } = await ask(tuned);
    expect(verdict).to.equal("not-certified");
    expect(reasons.join()).to.include(first.id).and.include("revoked");
  });

  it("is no once a certificate is revoked, superseded or expired", async () => {
    const one = await derive(chain, registry, base, [rule(0, 4)], { seed: "one" });
    const two = await derive(chain, registry, base, [rule(0, 4, { maxResidualSq: 7n })], { seed: "two" });
    expect((await ask(one.tunedModelId)).verdict).to.equal("certified");
    await registry.client.supersede(chain.publisher, one.id, two.id);
    expect((await ask(one.tunedModelId)).reasons.join()).to.include("superseded");
    await registry.client.revoke(chain.publisher, [two.id], "");
    expect((await ask(two.tunedModelId)).reasons.join()).to.include("revoked");
    const node = chain.provider as unknown as JsonRpcProvider;
    const { timestamp } = (await chain.provider.getBlock("latest")) ?? expect.fail();
    const expiresAt = timestamp + 1_000;
    const brief = await derive(chain, registry, base, [rule(0, 4, { maxResidualSq: 8n })], {
      seed: "brief",
      expiresAt,
    });
    await node.send("evm_setNextBlockTimestamp", [expiresAt]);
    await node.send("evm_mine", []);
    const { verdict, reasons } = await ask(brief.tunedModelId);
    expect(verdict).to.equal("not-certified");
    expect(reasons.join()).to.include("expired");
  });

  it("counts certificates from a restricted base by those alone whom its registrant allows", async () => {
    const restricted = await registerBase(chain, registry, "restricted", 8, true);
    const world = restricted.withRules("of a stranger", [rule(0, 4)]);
    const question = { baseModelId: modelId(restricted.base) };
    const { certificate } = await prepare(chain, registry, world, [rule(0, 4)]);
    const theirs = await world.certificate({ ...registry.place, publisher: stranger }, [
      [{ ruleIndex: 0, tiles: [1] }],
    ]);
    await registry.client.registerPolicy(chain.publisher, world).catch(() => undefined);
    await expectRefusal(registry.client.certify(chain.stranger, theirs), "NotAllowedToDerive");
    expect((await ask(modelId(theirs.tuned), undefined, { question })).verdict).to.equal("not-certified");
    await registry.client.certify(chain.publisher, certificate);
    expect((await ask(modelId(certificate.tuned), undefined, { question })).verdict).to.equal("certified");
  });

  it("rests on a frozen key only where the proof is verified under one's own", async () => {
    const groth16 = knownKeyGroth16("frozen");
    const verifier = await deployContract(chain.publisher, await groth16.contract());
    const [, , srs] = registryArguments([]);
    const owner = await chain.publisher.getAddress();
    const tierVerifiers = [{ tierId: TIERS.nano.id, verifier: verifier.address }];
    const { address } = await deployContract(chain.publisher, await artifact("DriftRegistry"), [
      owner,
      tierVerifiers,
      srs,
    ]);
    const client = new DriftRegistryClient(address, chain.provider);
    await client.registerModel(chain.publisher, base.base);
    const world = base.withRules("frozen", [rule(0, 4)]);
    await client.registerPolicy(chain.publisher, world);
    const place = { ...registry.place, registry: address };
    const certificate = await world.certificate(place, [[{ ruleIndex: 0, tiles: [1] }]], groth16.simulate);
    await client.certify(chain.publisher, certificate);
    expect(policyId(certificate.policy)).to.equal(policyId(world.policy));
    const tuned = modelId(certificate.tuned);
    expect((await ask(tuned, undefined, { registry: client })).verdict).to.equal("certified");
    const [route] = await client.routesOf(TIERS.nano);
    const contract = new Contract(address, DRIFT_REGISTRY_ABI, chain.publisher);
    await ((await contract.getFunction("freezeRoute")(route?.routeId)) as { wait(): Promise<unknown> }).wait();
    const answer = await ask(tuned, undefined, { registry: client });
    expect(answer.verdict).to.equal("could-not-check");
    expect(answer.reasons.join()).to.include("frozen");
    const trusted = knownTauSrs("contracts").srs;
    const anchors = { srsId: srsId(trusted), srs: trusted, verifyingKey: () => groth16.key };
    const verified = await ask(tuned, undefined, { registry: client, verify: { anchors, insecure: false } });
    expect(verified.verdict).to.equal("certified");
    expect(verified.path?.[0]?.isKeyFrozen).to.equal(true);
    const underDevelopment = await ask(tuned, undefined, { registry: client, verify: { anchors, insecure: true } });
    expect(underDevelopment.verdict).to.equal("development-keys");
  });
});
