import { expect } from "chai";
import { modelId } from "../../src/commitment/model-id.js";
import type { Hex } from "../../src/algebra/hex.js";
import { callRegistry } from "../../src/registry/call.js";
import { deployContract } from "../../src/registry/deploy.js";
import { artifact, registryArguments, someWord, type Chain, type TestRegistry } from "./support/chain.js";
import { expectRefusal } from "./support/refusals.js";
import { startRefusing, type Refusing } from "./support/refused.js";
import type { World } from "./support/world.js";

describe("DriftRegistry refuses, at deployment and as records,", () => {
  let refusing: Refusing;
  let chain: Chain;
  let registry: TestRegistry;
  let world: World;

  before(async function () {
    this.timeout(120_000);
    refusing = await startRefusing();
    ({ chain, registry, world } = refusing);
  });

  after(() => chain.close());

  describe("at deployment", () => {
    const deploy = async (args: readonly unknown[]): Promise<unknown> =>
      deployContract(chain.publisher, await artifact("DriftRegistry"), args);

    it("a verifier without code, a tier twice, an unknown tier", async () => {
      const { verifier } = registry;
      const nobody: Hex = `0x${"11".repeat(20)}`;
      await expectRefusal(deploy(registryArguments([{ tierId: 1, verifier: nobody }])), "VerifierHasNoCode");
      const twice = [1, 1].map((tierId) => ({ tierId, verifier }));
      await expectRefusal(deploy(registryArguments(twice)), "RouteAlreadyAdded");
      await expectRefusal(deploy(registryArguments([{ tierId: 9, verifier }])), "UnknownTier", [9n]);
    });

    it("SRS points at infinity, off the curve, of different secrets, outside the subgroup", async () => {
      const [owner, tiers, srs] = registryArguments([]) as [unknown, unknown, Record<string, object>];
      const infinity = { x: 0n, y: 0n };
      await expectRefusal(deploy([owner, tiers, { ...srs, tau1: infinity }]), "InvalidSrs");
      await expectRefusal(deploy([owner, tiers, { ...srs, blindingBase: infinity }]), "InvalidSrs");
      await expectRefusal(deploy([owner, tiers, { ...srs, tau1: { x: 1n, y: 2n } }]), "InvalidSrs");
      await expectRefusal(deploy([owner, tiers, { ...srs, tau1: { x: 1n, y: 3n } }]), "PointNotOnCurve", [1n, 3n]);
      const tau2 = { x: [1n, 2n], y: [3n, 4n] };
      await expectRefusal(deploy([owner, tiers, { ...srs, tau2 }]), "PrecompileFailed", [8n]);
    });
  });

  describe("models", () => {
    it("of another SRS, without tiles, registered before", async () => {
      const { client } = registry;
      const { base } = world;
      const register = (change: object): Promise<unknown> =>
        client.registerModel(chain.publisher, { ...base, ...change });
      const srsId = someWord(1);
      await expectRefusal(register({ srsId }), "SrsMismatch", [base.srsId, srsId]);
      await expectRefusal(register({ tileCount: 0 }), "InvalidModelShape", [4n, 0n]);
      await expectRefusal(register({ t: 0 }), "InvalidModelShape", [0n, 42n]);
      await expectRefusal(register({ tileCount: 2 ** 20 + 1 }), "InvalidModelShape", [4n, 2n ** 20n + 1n]);
      await expectRefusal(register({}), "ModelAlreadyRegistered", [modelId(base)]);
    });

    it("to give back what it has not", async () => {
      const { place } = registry;
      for (const [name, error] of [
        ["model", "UnknownModel"],
        ["policy", "UnknownPolicy"],
        ["certificate", "UnknownCertificate"],
      ] as const) {
        await expectRefusal(callRegistry(chain.provider, place.registry, name, [someWord(7)]), error, [someWord(7)]);
      }
      expect(await registry.client.getModel(someWord(7))).to.equal(undefined);
      expect(await registry.client.getPolicy(someWord(7))).to.equal(undefined);
      expect(await registry.client.getCertificate(someWord(7))).to.equal(undefined);
    });
  });
});
