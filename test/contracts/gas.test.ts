import { readFileSync } from "node:fs";
import { expect } from "chai";
import hre from "hardhat";
import { TIERS } from "../../src/protocol/tiers.js";
import { startChain, type Chain } from "./support/chain.js";
import { certifyGasMeter, measureGas, type CertifyGas, type GasReport } from "./support/gas.js";

/** Written by `npm run measure -- gas`. The EVM's gas schedule is that of Hardhat's newest hard fork. */
const snapshot = JSON.parse(readFileSync(new URL("gas.snapshot.json", import.meta.url), "utf8")) as GasReport;

describe("gas of the registry", () => {
  let chain: Chain;
  let gasOf: CertifyGas;
  let measured: GasReport;

  before(async function () {
    // Instrumented contracts cost more; the suite runs on others.
    if (hre.globalOptions.coverage) this.skip();
    this.timeout(240_000);
    chain = await startChain();
    // First, as addresses decide about a few bytes.
    measured = await measureGas(chain);
    gasOf = await certifyGasMeter(chain);
  });

  after(() => (hre.globalOptions.coverage ? undefined : chain.close()));

  it("is that of the snapshot", () => {
    expect(measured).to.deep.equal(snapshot);
  });

  it("is at most 700,000 for a certificate of 12 changed tiles at tier medium, and 10,050 for each further one", () => {
    expect(measured.certify12Tiles).to.be.at.most(700_000);
    expect((measured.certify60Tiles - measured.certify12Tiles) / 48).to.be.at.most(10_050);
  });

  it("is at most a quarter of ten revocations for one of ten certificates, but for the base fee", () => {
    expect(measured.revoke10).to.be.at.most(measured.revoke1 * 10 * 0.25 + 21_000);
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
