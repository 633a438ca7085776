import { expect } from "chai";
import { TIERS, type Tier } from "../../src/protocol/tiers.js";
import { deployTestRegistry, startChain, type Chain, type TestRegistry } from "./support/chain.js";
import { knownKeyGroth16, type KnownKeyGroth16 } from "./support/known-key-groth16.js";
import { rule, World } from "./support/world.js";

/** Gas does not depend on the keys, so a key of known toxic waste measures what a real one costs. */
describe("gas of a certificate", () => {
  let chain: Chain;
  let registry: TestRegistry;
  let groth16: KnownKeyGroth16;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    groth16 = knownKeyGroth16("gas");
    registry = await deployTestRegistry(chain, groth16.contract);
  });

  after(() => chain.close());

  async function certifyGas(tier: Tier, tileCount: number, changed: number): Promise<number> {
    const { client, place } = registry;
    const world = new World(`gas/${tier.name}/${tileCount}/${changed}`, tier, tileCount, [rule(0, tileCount)]);
    await client.registerModel(chain.publisher, world.base);
    await client.registerPolicy(chain.publisher, world.policy);
    const tiles = Array.from({ length: changed }, (_, i) => i);
    const certificate = await world.certificate(place, [[{ ruleIndex: 0, tiles }]], groth16.simulate);
    return Number((await client.certify(chain.publisher, certificate)).gasUsed);
  }

  it("stays below 820,000 for 11 changed tiles at tier medium", async function () {
    this.timeout(60_000);
    const gas = await certifyGas(TIERS.medium, 11, 11);
    if (process.env["PRINT_GAS"] !== undefined) console.log(`      medium, 11 of 11 tiles: ${gas} gas`);
    expect(gas).to.be.below(820_000);
  });

  it("adds less than 12,500 for a further changed tile", async () => {
    const [few, many] = [await certifyGas(TIERS.nano, 13, 3), await certifyGas(TIERS.nano, 13, 13)];
    if (process.env["PRINT_GAS"] !== undefined) console.log(`      per further tile: ${(many - few) / 10} gas`);
    expect((many - few) / 10).to.be.below(12_500);
  });
});
