import { expect } from "chai";
import { TIERS } from "../../src/protocol/tiers.js";
import { startChain, type Chain } from "./support/chain.js";
import { certifyGasMeter, type CertifyGas } from "./support/gas.js";

describe("gas of a certificate", () => {
  let chain: Chain;
  let gasOf: CertifyGas;

  before(async function () {
    this.timeout(120_000);
    chain = await startChain();
    gasOf = await certifyGasMeter(chain);
  });

  after(() => chain.close());

  it("stays below 820,000 for 11 changed tiles at tier medium", async function () {
    this.timeout(60_000);
    expect(await gasOf(TIERS.medium, 11, 11)).to.be.below(820_000);
  });

  it("adds less than 12,500 for a further changed tile", async () => {
    const [few, many] = [await gasOf(TIERS.nano, 13, 3), await gasOf(TIERS.nano, 13, 13)];
    expect((many - few) / 10).to.be.within(6_000, 12_500);
  });

  it("does not depend on the model's size but for the Merkle siblings", async function () {
    this.timeout(60_000);
    const [small, middle, large] = [
      await gasOf(TIERS.nano, 16, 1),
      await gasOf(TIERS.nano, 256, 1),
      await gasOf(TIERS.nano, 4_096, 1),
    ];
    // Four siblings for a factor of 16: 32 bytes of calldata and two hashes each.
    expect((middle - small) / 4).to.be.below(2_500);
    expect((large - middle) / 4).to.be.below(2_500);
  });
});
