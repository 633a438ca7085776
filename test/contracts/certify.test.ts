import { expect } from "chai";
import { modelId } from "../../src/commitment/model-id.js";
import { policyId } from "../../src/policy/rule.js";
import { RegistryError } from "../../src/errors/errors.js";
import { certificateId } from "../../src/certificate/certificate-id.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { deployTestRegistry, startChain, type Chain, type TestRegistry } from "./support/chain.js";
import { knownKeyGroth16 } from "./support/known-key-groth16.js";
import { rule, World } from "./support/world.js";

const RULES = [
  rule(0, 4, { maxRank: 2, gridCols: 2, shift: 8 }),
  rule(4, 3),
  rule(7, 2, { maxNonzeros: 9n }),
  rule(9, 2, { maxRank: 1, gridCols: 2, shift: 3, maxNonzeros: 5n }),
];

/**
 * With a verifier that checks: proofs are simulated, but for exactly the public signals that TypeScript computes, so that
 * acceptance also says that both compute the same statement.
 */
describe("DriftRegistry", () => {
  const groth16 = knownKeyGroth16("certify");
  let chain: Chain;
  let registry: TestRegistry;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    registry = await deployTestRegistry(chain, await groth16.contract());
  });

  after(() => chain.close());

  it("registers a base, a policy and a fine-tune in one segment, and gives them back", async () => {
    const { client, place } = registry;
    const world = new World("one segment", TIERS.nano, 12, RULES);
    const registered = await client.registerModel(chain.publisher, world.base, "ipfs://manifest");
    expect(registered.modelId).to.equal(modelId(world.base));
    const { policyId: id } = await client.registerPolicy(chain.publisher, world);
    expect(id).to.equal(policyId(world.policy));

    const certificate = await world.certificate(place, [[{ ruleIndex: 1, tiles: [4, 6] }]], groth16.simulate);
    const certified = await client.certify(chain.publisher, certificate);
    expect(certified.certificateId).to.equal(certificateId(certificate));
    expect(certified.tunedModelId).to.equal(modelId(certificate.tuned));

    const model = await client.getModel(modelId(world.base));
    expect(model).to.include({ ...world.base, registrant: place.publisher });
    expect(await client.getModel(modelId(certificate.tuned))).to.include(certificate.tuned);
    expect(await client.getPolicy(id)).to.deep.equal(world.policy);
    const stored = await client.getCertificate(certified.certificateId);
    expect(stored).to.include({
      publisher: place.publisher,
      baseModelId: modelId(world.base),
      tunedModelId: modelId(certificate.tuned),
      policyId: id,
      blockNumber: certified.blockNumber,
    });
    expect(await client.findByTunedModel(modelId(certificate.tuned))).to.deep.equal([stored]);
    expect(await client.findManifestUris(modelId(world.base))).to.deep.equal(["ipfs://manifest"]);
  });

  it("accepts rank, sparse, mixed and norm rules together, and a chain of segments", async () => {
    const { client, place } = registry;
    const world = new World("all classes", TIERS.nano, 12, RULES);
    await client.registerModel(chain.publisher, world.base);
    await client.registerPolicy(chain.publisher, world);
    const together = await world.certificate(
      place,
      [
        [
          { ruleIndex: 0, tiles: [0, 1, 2, 3] },
          { ruleIndex: 3, tiles: [9, 10] },
          { ruleIndex: 1, tiles: [5] },
          { ruleIndex: 2, tiles: [7, 8] },
        ],
      ],
      groth16.simulate,
    );
    await client.certify(chain.publisher, together);
    const chained = await world.certificate(
      place,
      [
        [{ ruleIndex: 0, tiles: [0, 1, 2, 3] }],
        [{ ruleIndex: 1, tiles: [4, 5] }],
        // The same rule again, with the rest of its budget.
        [
          { ruleIndex: 3, tiles: [9, 10] },
          { ruleIndex: 1, tiles: [6] },
          { ruleIndex: 2, tiles: [8] },
        ],
      ],
      groth16.simulate,
    );
    const { tunedModelId } = await client.certify(chain.publisher, chained);
    expect(await client.findByTunedModel(tunedModelId)).to.have.length(1);
  });

  it("takes the result of a certificate as the base of the next", async () => {
    const { client, place } = registry;
    const world = new World("descendants", TIERS.nano, 3, [rule(0, 3)]);
    await client.registerModel(chain.publisher, world.base);
    await client.registerPolicy(chain.publisher, world);
    const first = await world.certificate(place, [[{ ruleIndex: 0, tiles: [1] }]], groth16.simulate);
    const { tunedModelId } = await client.certify(chain.publisher, first);
    const descendant = new World("of descendants", TIERS.nano, 3, [rule(0, 3)], world);
    expect(modelId(descendant.base)).to.equal(tunedModelId);
    await client.registerPolicy(chain.publisher, descendant);
    const second = await descendant.certificate(place, [[{ ruleIndex: 0, tiles: [1, 2] }]], groth16.simulate);
    const { certificateId: id } = await client.certify(chain.publisher, second);
    expect((await client.getCertificate(id))?.baseModelId).to.equal(tunedModelId);
  });

  it("refuses the same certificate twice", async () => {
    const { client, place } = registry;
    const world = new World("twice", TIERS.nano, 3, [rule(0, 3)]);
    await client.registerModel(chain.publisher, world.base);
    await client.registerPolicy(chain.publisher, world);
    const certificate = await world.certificate(place, [[{ ruleIndex: 0, tiles: [0, 2] }]], groth16.simulate);
    await client.certify(chain.publisher, certificate);
    let refusal: unknown;
    await client.certify(chain.publisher, certificate).catch((error: unknown) => (refusal = error));
    expect(refusal).to.be.instanceOf(RegistryError);
    expect((refusal as RegistryError).errorName).to.equal("CertificateAlreadyRegistered");
  });
});
