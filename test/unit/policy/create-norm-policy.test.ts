import { expect } from "chai";
import * as fc from "fast-check";
import { tileCountOf } from "../../../src/policy/rule.js";
import { createNormPolicy, type NormPolicyInput } from "../../../src/policy/create-norm-policy.js";
import { describePolicy } from "../../../src/policy/describe-policy.js";
import { tileContents } from "../../../src/quantize/tile-contents.js";
import type { Hex } from "../../../src/algebra/hex.js";
import { InputError } from "../../../src/errors/errors.js";
import { layOut } from "../../../src/quantize/layout.js";
import type { Manifest } from "../../../src/quantize/manifest.js";

const BASE: Hex = `0x${"ab".repeat(32)}`;
const T = 4;

/** Two grids with different `f`, three small tensors in one packed tile. */
const manifest: Manifest = {
  version: 2,
  t: T,
  ...layOut(T, [
    { name: "a.weight", shape: [32, 16], fractionBits: 7 },
    { name: "b.weight", shape: [16, 20], fractionBits: 5 },
    { name: "norm/scale", shape: [6], fractionBits: 7 },
    { name: "x.bias", shape: [10], fractionBits: 7 },
    { name: "y.bias", shape: [20], fractionBits: 7 },
  ]),
};

const make = (input: Partial<NormPolicyInput>): ReturnType<typeof createNormPolicy> =>
  createNormPolicy({ baseModelId: BASE, manifest, bound: { maxNorm: "1" }, ...input });

describe("createNormPolicy", () => {
  it("counts every weight in exactly one tile", () => {
    const weights = tileContents(manifest).reduce((sum, tile) => sum + tile.weights, 0);
    expect(weights).to.equal(512 + 320 + 6 + 10 + 20);
  });

  it("is one budget over all fraction bits, in units of the finest", () => {
    const { rules } = make({ bound: { maxNorm: "0.7" } });
    expect(rules).to.have.length(1);
    expect(rules[0]).to.include({ unit: 7, maxResidualSq: (49n * 4n ** 7n) / 100n });
    expect(rules.reduce((sum, rule) => sum + tileCountOf(rule), 0)).to.equal(manifest.tileCount);
  });

  it("never allows more than the norm, whatever it is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 10 ** 9 }), (thousandths) => {
        const { rules } = make({ bound: { maxNorm: `${thousandths}e-3` } });
        // Σ B_r·4^-u_r <= X², over the common denominator 4^7·10^6.
        const sum = rules.reduce((total, rule) => total + rule.maxResidualSq * 4n ** BigInt(7 - rule.unit), 0n);
        return sum * 1_000_000n <= BigInt(thousandths) ** 2n * 4n ** 7n;
      }),
    );
  });

  it("selects by pattern and freezes the rest", () => {
    const { rules } = make({ tensors: ["b.weight"] });
    expect(rules).to.have.length(1);
    expect(rules[0]?.maxResidualSq).to.equal(4n ** 5n);
    expect(describePolicy({ baseModelId: BASE, rules }, manifest).join("\n"))
      .to.include("b.weight")
      .and.to.include("Frozen");
  });

  it("refuses a packed tile that is selected in part, and names what else is in it", () => {
    expect(() => make({ tensors: ["*.bias"] })).to.throw(InputError, "norm/scale");
    expect(() => make({ tensors: ["*.bias"] })).to.throw(InputError, "--whole-tiles");
    expect(make({ tensors: ["*.bias"], wholeTiles: true }).rules).to.have.length(1);
    expect(make({ tensors: ["*.bias", "**/scale"] }).rules).to.have.length(1);
  });

  it("refuses a pattern without a match and names the tensors there are", () => {
    expect(() => make({ tensors: ["c.weight"] })).to.throw(InputError, "a.weight");
  });

  it("takes a squared bound in units of the finest tensor", () => {
    expect(make({ bound: { maxResidualSq: 5n } }).rules[0]).to.include({ maxResidualSq: 5n, unit: 7 });
    expect(make({ bound: { maxResidualSq: 5n }, tensors: ["a.weight"] }).rules[0]?.maxResidualSq).to.equal(5n);
  });

  it("refuses bounds that allow nothing or too much", () => {
    expect(() => make({ bound: { maxNorm: "0" } })).to.throw(InputError, "nothing may change");
    expect(() => make({ bound: { maxNorm: "1e-9" } })).to.throw(InputError, "nothing may change");
    expect(() => make({ bound: { maxNorm: "1e30" } })).to.throw(InputError, "2^100");
  });
});
