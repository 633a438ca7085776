import { expect } from "chai";
import { InputError } from "../../../src/errors/errors.js";
import { deriveToxicWaste, entropyOfSeed } from "../../../src/groth16/setup/toxic-waste.js";
import { expectError } from "../../support/rejects.js";

describe("secrets of a development setup", () => {
  it("are five different nonzero elements", () => {
    const values = Object.values(deriveToxicWaste(entropyOfSeed("a"))) as bigint[];
    expect(new Set(values).size).to.equal(5);
    expect(values).to.not.include(0n);
  });

  it("depend on the seed and on nothing else", () => {
    expect(deriveToxicWaste(entropyOfSeed("a"))).to.deep.equal(deriveToxicWaste(entropyOfSeed("a")));
    const [a, b] = [deriveToxicWaste(entropyOfSeed("a")), deriveToxicWaste(entropyOfSeed("b"))];
    for (const name of ["tau", "alpha", "beta", "gamma", "delta"] as const) expect(a[name]).to.not.equal(b[name]);
  });

  it("need 32 bytes of entropy", async () => {
    await expectError(() => deriveToxicWaste(new Uint8Array(31)), InputError, "31 bytes", "at least 32");
  });
});
