import { expect } from "chai";
import { G1_GENERATOR, G1_INFINITY } from "../../../src/algebra/g1.js";
import { G2_GENERATOR } from "../../../src/algebra/pairing.js";
import {
  g1FromMontgomeryLE,
  g1ToMontgomeryLE,
  g2FromMontgomeryLE,
  g2ToMontgomeryLE,
} from "../../../src/algebra/montgomery.js";
import { InputError } from "../../../src/errors/errors.js";
import { expectError } from "../../support/rejects.js";

describe("Montgomery form of points", () => {
  it("stores 1 as R mod q, little-endian", () => {
    // R mod q = 0x0e0a77c19a07df2f666ea36f7879462c0a78eb28f5c70b3dd35d438dc58f0d9d.
    const x = Buffer.from(g1ToMontgomeryLE(G1_GENERATOR).subarray(0, 32)).reverse().toString("hex");
    expect(x).to.equal("0e0a77c19a07df2f666ea36f7879462c0a78eb28f5c70b3dd35d438dc58f0d9d");
  });

  it("reads back what it wrote, at any offset", () => {
    const bytes = new Uint8Array(7 + 64 + 128);
    bytes.set(g1ToMontgomeryLE(G1_GENERATOR), 7);
    bytes.set(g2ToMontgomeryLE(G2_GENERATOR), 7 + 64);
    expect(g1FromMontgomeryLE(bytes, 7)).to.deep.equal(G1_GENERATOR);
    expect(g2FromMontgomeryLE(bytes.subarray(7), 64)).to.deep.equal(G2_GENERATOR);
    expect(g1FromMontgomeryLE(new Uint8Array(64))).to.deep.equal(G1_INFINITY);
  });

  it("refuses a coordinate that is not reduced", async () => {
    await expectError(() => g1FromMontgomeryLE(new Uint8Array(64).fill(255)), InputError, "not below");
    await expectError(() => g2FromMontgomeryLE(new Uint8Array(128).fill(255)), InputError, "not below");
  });
});
