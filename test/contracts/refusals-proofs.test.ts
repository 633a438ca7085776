import { TIERS } from "../../src/protocol/tiers.js";
import { certifyParams, encodeCertify } from "../../src/registry/encode.js";
import { decodeRegistryFailure } from "../../src/registry/revert.js";
import { deployTestRegistry, type Chain, type TestRegistry } from "./support/chain.js";
import { knownKeyGroth16 } from "./support/known-key-groth16.js";
import { expectRefusal, mutableCopy, onlySegment, type MutableSegment } from "./support/refusals.js";
import { MIXED, RULES, startRefusing, type Refusing } from "./support/refused.js";
import { World } from "./support/world.js";

describe("DriftRegistry refuses, with a verifier that checks,", () => {
  let refusing: Refusing;
  let chain: Chain;
  let registry: TestRegistry;

  before(async function () {
    this.timeout(120_000);
    refusing = await startRefusing();
    ({ chain, registry } = refusing);
  });

  after(() => chain.close());

  describe("proofs", () => {
    let strict: TestRegistry;
    let strictWorld: World;
    const groth16 = knownKeyGroth16("refusals");

    before(async function () {
      this.timeout(60_000);
      strict = await deployTestRegistry(chain, await groth16.contract());
      strictWorld = new World("strict", TIERS.nano, 10, RULES.slice(0, 3));
      await strict.client.registerModel(chain.publisher, strictWorld.base);
      await strict.client.registerPolicy(chain.publisher, strictWorld);
    });

    it("that another account has copied", async () => {
      const certificate = await strictWorld.certificate(strict.place, [MIXED], groth16.simulate);
      await expectRefusal(strict.client.certify(chain.stranger, certificate), "InvalidGroth16Proof", [0n]);
      await strict.client.certify(chain.publisher, certificate);
      await expectRefusal(strict.client.certify(chain.stranger, certificate), "InvalidGroth16Proof", [0n]);
    });

    it("of another chain or registry", async () => {
      for (const change of [{ chainId: 1n }, { registry: registry.place.registry }]) {
        const certificate = await strictWorld.certificate({ ...strict.place, ...change }, [MIXED], groth16.simulate);
        await expectRefusal(strict.client.certify(chain.publisher, certificate), "InvalidGroth16Proof", [0n]);
      }
    });

    it("under another policy with looser or tighter bounds", async () => {
      const certificate = await strictWorld.certificate(strict.place, [MIXED], groth16.simulate);
      for (const bounds of [{ maxResidualSq: 1_001n }, { maxNonzeros: 10n }, { shift: 7, unit: 15 }, { unit: 9 }]) {
        const rules = strictWorld.policy.rules.map((r, i) =>
          ("shift" in bounds ? 0 : 2) === i ? { ...r, ...bounds } : r,
        );
        const other = { ...certificate, policy: { ...strictWorld.policy, rules } };
        await strict.client.registerPolicy(chain.publisher, other);
        await expectRefusal(strict.client.certify(chain.publisher, other), "InvalidGroth16Proof", [0n]);
      }
      // Tighter bounds are below the shares; with smaller shares the statement is another one.
      const rules = strictWorld.policy.rules.map((r, i) => (i === 2 ? { ...r, maxNonzeros: 8n } : r));
      const tighter = { ...certificate, policy: { ...strictWorld.policy, rules } };
      await strict.client.registerPolicy(chain.publisher, tighter);
      await expectRefusal(strict.client.certify(chain.publisher, tighter), "SharesExceedBound", [2n, 9n, 8n]);
      const [segment] = tighter.segments;
      if (segment === undefined) throw new Error("the certificate has no segment");
      const uses = segment.uses.map((use, i) => (i === 2 ? { ...use, maxNonzeros: 8n } : use));
      const smaller = { ...tighter, segments: [{ ...segment, uses }] };
      await expectRefusal(strict.client.certify(chain.publisher, smaller), "InvalidGroth16Proof", [0n]);
    });

    it("of another segment", async () => {
      const [first, second] = [
        await strictWorld.certificate(strict.place, [MIXED], groth16.simulate),
        await strictWorld.certificate(strict.place, [MIXED], groth16.simulate),
      ];
      const segments = first.segments.map((segment, i) => ({
        ...segment,
        groth16: second.segments[i]?.groth16 ?? segment.groth16,
      }));
      await expectRefusal(strict.client.certify(chain.publisher, { ...first, segments }), "InvalidGroth16Proof", [0n]);
    });

    it("whose commitments, tiles or claims were changed", async () => {
      const params = certifyParams(
        await strictWorld.certificate(strict.place, [MIXED], groth16.simulate),
        strict.routeOf,
      );
      const changes: ((segment: MutableSegment) => unknown)[] = [
        ({ commitments }) => (commitments.multiplicity = { x: 1n, y: 2n }),
        ({ commitments }) => commitments.masks.reverse(),
        ({ claim }) => (claim.y = (claim.y ^ 1n) as typeof claim.y),
        ({ claim }) => claim.z.reverse(),
        (segment) => (segment.h = (segment.h ^ 1n) as typeof segment.h),
      ];
      const { registry: to, publisher: from } = strict.place;
      for (const change of changes) {
        const changed = mutableCopy(params);
        change(onlySegment(changed));
        const data = encodeCertify(changed);
        const attempt = chain.provider.call({ from, to, data }).catch((error: unknown) => {
          throw decodeRegistryFailure(error);
        });
        await expectRefusal(attempt, "InvalidGroth16Proof", [0n]);
      }
    });
  });
});
