import { expect } from "chai";
import { Contract, type BaseContract, type ContractTransactionResponse, type InterfaceAbi } from "ethers";
import { modelId } from "../../src/commitment/model-id.js";
import { policyId } from "../../src/policy/rule.js";
import type { Hex } from "../../src/algebra/hex.js";
import { deployContract } from "../../src/registry/deploy.js";
import type { Step } from "../../src/registry/records.js";
import { artifact, deployTestRegistry, someWord, startChain, type Chain, type TestRegistry } from "./support/chain.js";
import { derive, registerBase, type Child } from "./support/family.js";
import { rule } from "./support/world.js";

type Gate = BaseContract & {
  admit(modelId: Hex): Promise<ContractTransactionResponse>;
  admitBy(steps: readonly Step[], modelId: Hex): Promise<ContractTransactionResponse>;
  DRIFT_BASE_MODEL_ID(): Promise<Hex>;
};

const contractAt = async <T>(chain: Chain, name: string, address: Hex): Promise<T> =>
  new Contract(address, (await artifact(name)).abi as InterfaceAbi, chain.publisher) as unknown as T;

async function deployGate(chain: Chain, registry: Hex, policy: Hex): Promise<Gate> {
  const { address } = await deployContract(chain.publisher, await artifact("ModelGate"), [registry, policy]);
  return contractAt<Gate>(chain, "ModelGate", address);
}

/** The name of the custom error of either contract with which a call is refused, or "admitted". */
async function outcome(gate: Gate, sent: Promise<ContractTransactionResponse>): Promise<string> {
  try {
    await (await sent).wait();
    return "admitted";
  } catch (error) {
    const { data } = error as { data?: string };
    const registry = await artifact("DriftRegistry");
    const named =
      gate.interface.parseError(data ?? "0x") ??
      new Contract(gate, registry.abi as InterfaceAbi).interface.parseError(data ?? "0x");
    if (named === null) throw error;
    return named.name;
  }
}

describe("a gate over a registry", () => {
  let chain: Chain;

  before(async function () {
    this.timeout(240_000);
    chain = await startChain();
  });

  after(() => chain.close());

  describe("of settable answers", () => {
    type Mock = BaseContract & {
      setPolicy(policyId: Hex, baseModelId: Hex): Promise<ContractTransactionResponse>;
      setWithin(modelId: Hex, policyId: Hex, isProven: boolean): Promise<ContractTransactionResponse>;
    };
    const [base, model, policy] = [someWord(1), someWord(2), someWord(3)];
    let mock: Mock;
    let address: Hex;
    let gate: Gate;

    beforeEach(async () => {
      ({ address } = await deployContract(chain.publisher, await artifact("MockDriftRegistry")));
      mock = await contractAt<Mock>(chain, "MockDriftRegistry", address);
      await mock.setPolicy(policy, base);
      gate = await deployGate(chain, address, policy);
    });

    it("admits exactly what the registry says is within the policy", async () => {
      const both = async (): Promise<string[]> => [
        await outcome(gate, gate.admit(model)),
        await outcome(gate, gate.admitBy([], model)),
      ];
      expect(await gate.DRIFT_BASE_MODEL_ID()).to.equal(base);
      expect(await both()).to.deep.equal(["ModelNotWithin", "ModelNotWithin"]);
      await mock.setWithin(model, policy, true);
      expect(await both()).to.deep.equal(["admitted", "admitted"]);
      expect(await outcome(gate, gate.admit(base))).to.equal("admitted");
      await mock.setWithin(model, policy, false);
      expect(await both()).to.deep.equal(["ModelNotWithin", "ModelNotWithin"]);
      await mock.setWithin(model, policy, true);
      await mock.setPolicy(policy, someWord(0));
      expect(await both()).to.deep.equal(["ModelNotWithin", "ModelNotWithin"]);
    });

    it("cannot be deployed over a policy that nobody registered", async () => {
      const failure = await deployGate(chain, address, someWord(9)).catch((error: unknown) => error);
      expect(failure).to.have.property("errorName", "UnknownPolicy");
    });
  });

  describe("with certificates", () => {
    let registry: TestRegistry;
    let gate: Gate;
    let close: Child;
    let far: Child;

    before(async function () {
      this.timeout(120_000);
      registry = await deployTestRegistry(chain);
      const base = await registerBase(chain, registry, "gate");
      close = await derive(chain, registry, base, [rule(0, 4, { maxResidualSq: 10n })], { seed: "close" });
      far = await derive(chain, registry, base, [rule(0, 4, { maxResidualSq: 1_000n })], { seed: "far", tile: 1 });
      const wanted = base.withRules("wanted", [rule(0, 4, { maxResidualSq: 100n })]);
      await registry.client.registerPolicy(chain.publisher, wanted);
      gate = await deployGate(chain, registry.place.registry, policyId(wanted.policy));
      expect(await gate.DRIFT_BASE_MODEL_ID()).to.equal(modelId(base.base));
    });

    it("admits a model that is proven to be close, and no other one", async () => {
      expect(await outcome(gate, gate.admit(close.tunedModelId))).to.equal("admitted");
      expect(await outcome(gate, gate.admitBy([close.step], close.tunedModelId))).to.equal("admitted");
      expect(await outcome(gate, gate.admit(far.tunedModelId))).to.equal("ModelNotWithin");
      expect(await outcome(gate, gate.admitBy([far.step], far.tunedModelId))).to.equal("ModelNotWithin");
      expect(await outcome(gate, gate.admit(someWord(5)))).to.equal("ModelNotWithin");
      expect(await outcome(gate, gate.admitBy([close.step], far.tunedModelId))).to.equal("UnknownCertificate");
    });

    it("admits it no longer once its certificate is revoked", async () => {
      await registry.client.revoke(chain.publisher, [close.id], "");
      expect(await outcome(gate, gate.admit(close.tunedModelId))).to.equal("ModelNotWithin");
      expect(await outcome(gate, gate.admitBy([close.step], close.tunedModelId))).to.equal("CertificateNotActive");
    });

    it("cannot be deployed over a policy that nobody registered", async () => {
      const failure = await deployGate(chain, registry.place.registry, someWord(9)).catch((error: unknown) => error);
      expect(failure).to.have.property("errorName", "UnknownPolicy");
    });
  });
});
