import hre from "hardhat";
import { expect } from "chai";
import { Interface, JsonRpcProvider, type InterfaceAbi } from "ethers";
import { driftRegistryModule } from "../../ignition/modules/DriftRegistry.js";
import { type Hex } from "../../src/algebra/hex.js";
import { ArtifactError, InputError, RegistryError, UnavailableError } from "../../src/errors/errors.js";
import { srsId } from "../../src/argument/kzg/srs.js";
import { compileSolidity } from "../../scripts/compile-solidity.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { driftRegistryInterface } from "../../src/registry/abi-values.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { deployRegistry } from "../../src/registry/deploy.js";
import { routeId, verifyingKeyArgument } from "../../src/registry/verifying-key.js";
import { decodeRegistryFailure } from "../../src/registry/revert.js";
import { knownTauSrs } from "../unit/argument/mercury/known-tau.js";
import { artifact, registryArguments, someWord, startChain, type Chain } from "./support/chain.js";
import { knownKeyGroth16 } from "./support/known-key-groth16.js";

describe("deployment and access of a registry", () => {
  const { srs } = knownTauSrs("contracts");
  let chain: Chain;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
  });

  after(() => chain.close());

  it("deploys verifiers and a registry over an SRS", async () => {
    const verifier = await artifact("MockGroth16Verifier");
    const verifiers = [TIERS.nano, TIERS.medium].map((tier) => ({
      tier,
      contract: { ...verifier, args: [someWord(tier.id)] },
    }));
    const deployed = await deployRegistry(chain.publisher, {
      registry: await artifact("DriftRegistry"),
      verifiers,
      srs,
    });
    const client = new DriftRegistryClient(deployed.address, chain.provider);
    expect(await client.srsId()).to.equal(srsId(srs));
    expect(await client.chainId()).to.equal(chain.chainId);
    expect(await client.verifierOf(TIERS.medium)).to.equal(deployed.verifiers[1]?.address);
    expect(await client.verifierOf(TIERS.small)).to.equal(undefined);
    expect(await client.supportedTiers()).to.deep.equal([TIERS.nano, TIERS.medium]);
  });

  it("does not deploy over an SRS whose points disagree", async () => {
    const registry = await artifact("DriftRegistry");
    const broken = { ...srs, tau1: srs.blindingBase };
    const outcome = await deployRegistry(chain.publisher, { registry, verifiers: [], srs: broken }).catch(
      (error: unknown) => error,
    );
    expect(outcome).to.be.instanceOf(InputError);
  });

  it("fits the size that the EVM allows for a contract", async function () {
    // Instrumented contracts are larger.
    if (hre.globalOptions.coverage) this.skip();
    const { deployedBytecode } = await hre.artifacts.readArtifact("DriftRegistry");
    expect((deployedBytecode.length - 2) / 2).to.be.at.most(24_576);
  });

  it("has the ABI that the library carries", async () => {
    const { abi } = await artifact("DriftRegistry");
    expect(new Interface(abi as InterfaceAbi).format()).to.deep.equal(driftRegistryInterface.format());
  });

  it("deploys verifiers and registry with Ignition", async () => {
    const connection = await hre.network.create();
    const { key } = knownKeyGroth16("ignition");
    const [owner, , points] = registryArguments([]);
    const { registry } = await connection.ignition.deploy(
      driftRegistryModule({
        owner: String(owner),
        tiers: [TIERS.nano, TIERS.medium].map(({ id, name }) => ({
          tierId: id,
          name,
          verifyingKey: verifyingKeyArgument(key),
        })),
        srs: points as Record<string, unknown>,
      }),
    );
    const client = new DriftRegistryClient((await registry.getAddress()) as Hex, connection.ethers.provider);
    expect(await client.srsId()).to.equal(srsId(srs));
    for (const tier of [TIERS.nano, TIERS.medium]) {
      expect((await client.routesOf(tier)).map((route) => route.routeId)).to.deep.equal([routeId(tier, key)]);
    }
    await connection.close();
  });

  it("tells a refusal from a chain that cannot be asked", async () => {
    const nowhere = new JsonRpcProvider("http://127.0.0.1:9", 31337, { staticNetwork: true });
    const unreachable = new DriftRegistryClient(someWord(0).slice(0, 42) as Hex, nowhere);
    expect(await unreachable.getModel(someWord(1)).catch((error: unknown) => error)).to.be.instanceOf(UnavailableError);
    nowhere.destroy();
    const empty = new DriftRegistryClient(`0x${"22".repeat(20)}`, chain.provider);
    const outcome = await empty.getModel(someWord(1)).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(RegistryError);
    expect((outcome as RegistryError).message).to.match(/no drift registry/);
  });

  it("names the custom error and its arguments, however the provider nests them", () => {
    const data = `0x${"00".repeat(4)}`;
    expect(decodeRegistryFailure({ info: { error: { data } } }).message).to.match(/unknown data 0x00000000/);
    expect(decodeRegistryFailure(new Error("socket hang up"))).to.be.instanceOf(UnavailableError);
  });

  it("reports what the Solidity compiler says", () => {
    const compile = (content: string): unknown =>
      compileSolidity({ sources: { "A.sol": content }, path: "A.sol", contractName: "A", abiOnly: true });
    expect(() => compile("pragma solidity ^0.8.0; contract A { uint256 x = ; }")).to.throw(ArtifactError, /A\.sol/);
    expect(() => compile("pragma solidity ^0.8.0; contract B {}")).to.throw(ArtifactError, /no contract A/);
  });
});
