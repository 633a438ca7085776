import { expect } from "chai";
import { G1_GENERATOR, g1Add, g1Equals, g1Mul } from "../../../../src/algebra/g1.js";
import { frOf } from "../../../../src/algebra/fr.js";
import { assertSrs, srsId } from "../../../../src/argument/kzg/srs.js";
import { knownTauSrs } from "../mercury/known-tau.js";

describe("SRS", () => {
  const { srs, tau, commit } = knownTauSrs("srs", 4);

  it("accepts points with one τ in both groups", () => {
    expect(() => assertSrs(srs)).not.to.throw();
  });

  it("rejects a τ that differs between the groups", () => {
    expect(() => assertSrs({ ...srs, tau1: g1Add(srs.tau1, G1_GENERATOR) })).to.throw(/different logarithms/);
  });

  it("rejects infinity as τ and as blinding generator", () => {
    expect(() => assertSrs({ ...srs, tau1: { x: 0n, y: 0n } })).to.throw(/\[tau\]_1/);
    expect(() => assertSrs({ ...srs, blindingBase: { x: 0n, y: 0n } })).to.throw(/\[beta\]_1/);
  });

  it("rejects a [tau]_2 outside the subgroup's curve", () => {
    const tau2 = { ...srs.tau2, x: { ...srs.tau2.x, c0: srs.tau2.x.c0 + 1n } };
    expect(() => assertSrs({ ...srs, tau2 })).to.throw(/\[tau\]_2/);
  });

  it("has an id that depends on every point", () => {
    const other = { x: srs.tau2.x, y: { c0: srs.tau2.y.c1, c1: srs.tau2.y.c0 } };
    const ids = [
      srsId(srs),
      srsId({ ...srs, tau1: G1_GENERATOR }),
      srsId({ ...srs, blindingBase: G1_GENERATOR }),
      srsId({ ...srs, tau2: other }),
    ];
    expect(new Set(ids).size).to.equal(4);
  });

  it("stores the first powers in Montgomery form, little-endian", async () => {
    const linear = await commit([frOf(0), frOf(1)]);
    expect(g1Equals(linear, g1Mul(G1_GENERATOR, tau))).to.equal(true);
    expect(srs.powers.length).to.equal(4 * 64);
    // 1·R mod q, the x coordinate of the generator.
    expect(Buffer.from(srs.powers.slice(0, 8)).toString("hex")).to.equal("9d0d8fc58d435dd3");
  });
});
