import { expect } from "chai";
import { modelId } from "../../src/commitment/model-id.js";
import { policyId, type Rule } from "../../src/policy/rule.js";
import type { Hex } from "../../src/algebra/hex.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { deployTestRegistry, someWord, startChain, type Chain, type TestRegistry } from "./support/chain.js";
import { derive, prepare, registerBase, type Child } from "./support/family.js";
import { expectRefusal } from "./support/refusals.js";
import { rule, World } from "./support/world.js";

describe("lineage", () => {
  let chain: Chain;
  let registry: TestRegistry;
  let base: World;
  let origin: Hex;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    registry = await deployTestRegistry(chain);
  });

  beforeEach(async function () {
    base = await registerBase(chain, registry, this.currentTest?.title ?? "lineage", 8);
    origin = modelId(base.base);
  });

  after(() => chain.close());

  const child = (parent: World, rules: readonly Rule[], options: Parameters<typeof derive>[4] = {}): Promise<Child> =>
    derive(chain, registry, parent, rules, options);
  const below = (parent: Child, rules: readonly Rule[], options: Parameters<typeof derive>[4] = {}): Promise<Child> =>
    derive(chain, registry, parent.world, rules, { ofTuned: true, seed: parent.id, ...options });
  /** A policy of the base, registered. */
  const allow = async (rules: readonly Rule[]): Promise<Hex> => {
    const { base: parts, classes } = base;
    const policy = { baseModelId: origin, rules };
    await registry.client.registerPolicy(chain.publisher, { policy, base: parts, classes }).catch(() => undefined);
    return policyId(policy);
  };

  it("leads up through the certificates, with their status", async () => {
    const { client } = registry;
    const first = await child(base, [rule(0, 4)]);
    const second = await below(first, [rule(2, 4)], { tile: 3 });
    const third = await below(second, [rule(0, 8)], { tile: 7 });
    const up = (...children: readonly Child[]): object[] =>
      children.map(({ id, baseModelId, step }) => ({
        modelId: baseModelId,
        certificateId: id,
        policyId: step.policyId,
        status: "active",
      }));
    expect(await client.ancestors(third.tunedModelId)).to.deep.equal(up(third, second, first));
    expect(await client.ancestors(third.tunedModelId, 2)).to.deep.equal(up(third, second));
    expect(await client.ancestors(origin)).to.deep.equal([]);
    await client.revoke(chain.publisher, [second.id], "");
    expect((await client.ancestors(third.tunedModelId)).map(({ status }) => status)).to.deep.equal([
      "active",
      "revoked",
      "active",
    ]);
    await expectRefusal(client.ancestors(someWord(1)), "UnknownModel", [someWord(1)]);
    expect((await client.getModel(origin))?.parentCertificateId).to.equal(undefined);
    expect((await client.getModel(third.tunedModelId))?.parentCertificateId).to.equal(third.id);
    expect((await client.findByBaseModel(origin)).map(({ certificateId }) => certificateId)).to.deep.equal([first.id]);
  });

  it("adds ranks of a matrix, nonzeros and norms, tile by tile", async () => {
    const { client } = registry;
    const first = await child(base, [
      rule(0, 4, { maxRank: 1, gridCols: 2, shift: 4, maxResidualSq: 256n }),
      rule(4, 2, { maxResidualSq: 2n }),
    ]);
    const second = await below(
      first,
      [
        rule(0, 4, { maxRank: 2, gridCols: 2, shift: 0, maxResidualSq: 9n }),
        rule(5, 1, { maxNonzeros: 7n, maxResidualSq: 0n }),
        rule(7, 1, { maxNonzeros: 1n, maxResidualSq: 0n }),
      ],
      { tile: 0 },
    );
    const steps = [first.step, second.step];
    // 256 in squared units of 2^-12 is a norm of 16, and 9 in those of 2^-8 one of 48; the root of 2 is rounded up.
    const expected = [
      { firstTile: 0, tileCount: 4, maxRank: 3, maxNonzeros: 0n, maxNorm: 64n, unit: 12 },
      { firstTile: 4, tileCount: 1, maxRank: 0, maxNonzeros: 0n, maxNorm: 2n, unit: 8 },
      { firstTile: 5, tileCount: 1, maxRank: 0, maxNonzeros: 7n, maxNorm: 2n, unit: 8 },
      // Tile 6 is in no rule.
      { firstTile: 7, tileCount: 1, maxRank: 0, maxNonzeros: 1n, maxNorm: 0n, unit: 8 },
    ];
    expect(await client.driftFrom(second.tunedModelId, origin)).to.deep.equal(expected);
    expect(await client.accumulatedDrift(steps, second.tunedModelId)).to.deep.equal(expected);
    expect(await client.driftFrom(origin, origin)).to.deep.equal([]);
  });

  it("bounds no rank where certificates are about other matrices", async () => {
    const first = await child(base, [rule(0, 4, { maxRank: 1, gridCols: 2 })]);
    const second = await below(first, [rule(0, 4, { maxRank: 1, gridCols: 4 })]);
    const third = await below(second, [rule(0, 4, { maxRank: 1, gridCols: 2 })]);
    for (const model of [second.tunedModelId, third.tunedModelId]) {
      const [interval] = await registry.client.driftFrom(model, origin);
      expect(interval?.maxRank).to.equal(undefined);
    }
    const policy = await allow([rule(0, 4, { maxRank: 200, gridCols: 2, maxResidualSq: 1n << 90n })]);
    expect(await registry.client.isWithin(first.tunedModelId, origin, policy)).to.equal(true);
    expect(await registry.client.isWithin(second.tunedModelId, origin, policy)).to.equal(false);
  });

  it("is within a policy exactly if what was allowed together is allowed", async () => {
    const { client } = registry;
    const norm = (maxResidualSq: bigint, maxNonzeros = 0n): Rule => rule(0, 4, { maxResidualSq, maxNonzeros });
    const first = await child(base, [norm(4n), rule(4, 2, { maxResidualSq: 3n })]);
    const second = await below(first, [norm(9n, 5n)]);
    const within = async (rules: readonly Rule[], model = second): Promise<boolean> => {
      const policy = await allow(rules);
      const proven = await client.isWithin(model.tunedModelId, origin, policy);
      const steps = model === second ? [first.step, second.step] : [first.step];
      expect(await client.isWithinBy(steps, model.tunedModelId, policy)).to.equal(proven);
      return proven;
    };
    // 2 + 3 = 5; the norm of 4 and 3 in one policy is that of 7.
    expect(await within([norm(25n, 5n), rule(4, 2, { maxResidualSq: 3n })])).to.equal(true);
    expect(await within([norm(24n, 5n), rule(4, 2, { maxResidualSq: 3n })])).to.equal(false);
    expect(await within([norm(25n, 4n), rule(4, 2, { maxResidualSq: 3n })])).to.equal(false);
    expect(await within([norm(25n, 5n), rule(4, 2, { maxResidualSq: 2n })])).to.equal(false);
    expect(await within([norm(25n, 5n), rule(4, 1, { maxResidualSq: 30n })])).to.equal(false);
    expect(await within([norm(25n, 5n)])).to.equal(false);
    expect(await within([rule(0, 8, { maxResidualSq: 7n })], first)).to.equal(true);
    expect(await within([rule(0, 8, { maxResidualSq: 6n })], first)).to.equal(false);
    expect(await within([rule(1, 7, { maxResidualSq: 70n })], first)).to.equal(false);
    // The root of 7 plus 3 is below 5.7.
    expect(await within([rule(0, 8, { maxResidualSq: 32n, maxNonzeros: 5n })])).to.equal(true);
    expect(await within([rule(0, 8, { maxResidualSq: 31n, maxNonzeros: 5n })])).to.equal(false);
  });

  it("is not within a policy that is unknown, of another base, or through a certificate that has ended", async () => {
    const { client } = registry;
    const first = await child(base, [rule(0, 4)]);
    const second = await below(first, [rule(0, 4)]);
    const policy = await allow([rule(0, 4, { maxResidualSq: 1n << 90n })]);
    const model = second.tunedModelId;
    const steps = [first.step, second.step];
    expect(await client.isWithin(model, origin, policy)).to.equal(true);
    expect(await client.isWithin(origin, origin, policy)).to.equal(true);
    expect(await client.isWithin(model, first.tunedModelId, policy)).to.equal(false);
    expect(await client.isWithin(model, origin, someWord(2))).to.equal(false);
    expect(await client.isWithin(someWord(3), origin, policy)).to.equal(false);
    expect(await client.isWithin(origin, first.tunedModelId, second.step.policyId)).to.equal(false);
    expect(await client.isWithinBy(steps, model, second.step.policyId)).to.equal(false);
    expect(await client.isWithinBy([], someWord(0), someWord(2))).to.equal(false);
    await client.revoke(chain.publisher, [first.id], "");
    expect(await client.isWithin(model, origin, policy)).to.equal(false);
    await expectRefusal(client.isWithinBy(steps, model, policy), "CertificateNotActive", [first.id, 4n]);
    await expectRefusal(client.driftFrom(model, origin), "NotAnAncestor");
    await expectRefusal(client.accumulatedDrift(steps, model), "CertificateNotActive", [first.id, 4n]);
    const broken = [second.step, first.step];
    await expectRefusal(client.accumulatedDrift(broken, model), "UnknownCertificate");
    await expectRefusal(client.driftFrom(model, someWord(4)), "NotAnAncestor");
    await expectRefusal(client.driftFrom(model, first.baseModelId, 1), "NotAnAncestor");
  });

  it("changes to another active certificate once the first has ended, and never to a circle", async () => {
    const { client } = registry;
    const first = await child(base, [rule(0, 4)]);
    // The same tuned model, under another policy.
    const tuned = new World("back", TIERS.nano, 8, [rule(0, 4)], first.world);
    const again = base.withRules("twice", [rule(0, 4, { maxResidualSq: 999n })]);
    await client.registerPolicy(chain.publisher, again);
    const twice = await again.certificate(registry.place, [[{ ruleIndex: 0, tiles: [0] }]], undefined, tuned);
    const { certificateId: other } = await client.certify(chain.publisher, twice);
    const otherStep = { publisher: registry.place.publisher, policyId: policyId(twice.policy) };
    const parent = async (model: Hex): Promise<Hex | undefined> => (await client.getModel(model))?.parentCertificateId;
    expect(await parent(first.tunedModelId)).to.equal(first.id);
    const adopt = (step = otherStep, model = first.tunedModelId): Promise<unknown> =>
      client.adoptParent(chain.stranger, step, model);
    await expectRefusal(adopt(), "ParentNotReplaced", [first.tunedModelId]);
    await client.revoke(chain.publisher, [first.id], "");
    await expectRefusal(adopt(first.step), "CertificateNotActive", [first.id, 4n]);
    await expectRefusal(adopt(otherStep, someWord(5)), "UnknownCertificate");
    await adopt();
    expect(await parent(first.tunedModelId)).to.equal(other);
    // Back from the fine-tuned model to the base: a certificate, but no parent.
    const back = await tuned.certificate(registry.place, [[{ ruleIndex: 0, tiles: [0] }]], undefined, base);
    await client.registerPolicy(chain.publisher, back);
    const returned = await client.certify(chain.publisher, back);
    expect(returned.tunedModelId).to.equal(origin);
    expect(await parent(origin)).to.equal(undefined);
    const step = { publisher: registry.place.publisher, policyId: policyId(back.policy) };
    await expectRefusal(adopt(step, origin), "ParentNotReplaced", [origin]);
  });

  it("gives a model that was registered alone the first parent that comes", async () => {
    const { client } = registry;
    const { certificate } = await prepare(chain, registry, base, [rule(0, 4)]);
    await client.registerModel(chain.stranger, certificate.tuned);
    const { certificateId, tunedModelId } = await client.certify(chain.publisher, certificate);
    expect(await client.getModel(tunedModelId)).to.include({
      parentCertificateId: certificateId,
      registrant: (await chain.stranger.getAddress()).toLowerCase(),
    });
    expect((await client.ancestors(tunedModelId)).map((each) => each.modelId)).to.deep.equal([origin]);
  });

  it("is not followed further than 64 generations by the registry itself", async function () {
    this.timeout(120_000);
    const { client } = registry;
    const policy = await allow([rule(0, 4, { maxResidualSq: 1n << 99n })]);
    let last = await child(base, [rule(0, 4)]);
    for (let generation = 2; generation <= 64; ++generation) last = await below(last, [rule(0, 4)]);
    expect(await client.isWithin(last.tunedModelId, origin, policy)).to.equal(true);
    expect(await client.ancestors(last.tunedModelId, 100)).to.have.length(64);
    const beyond = await below(last, [rule(0, 4)]);
    expect(await client.isWithin(beyond.tunedModelId, origin, policy)).to.equal(false);
    expect(await client.driftFrom(beyond.tunedModelId, origin, 65)).to.have.length(1);
    await expectRefusal(client.driftFrom(beyond.tunedModelId, origin, 64), "NotAnAncestor");
    // Too deep to tell whether it would be a circle.
    const alone = await prepare(chain, registry, beyond.world, [rule(0, 4)], {
      ofTuned: true,
      seed: "too deep",
    });
    await client.registerModel(chain.stranger, alone.certificate.tuned);
    const { tunedModelId } = await client.certify(chain.publisher, alone.certificate);
    expect((await client.getModel(tunedModelId))?.parentCertificateId).to.equal(undefined);
  });
});
