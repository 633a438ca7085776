import { expect } from "chai";
import * as fc from "fast-check";
import { normText } from "../../../src/authoring/suggest-document.js";
import { recognizeArchitecture } from "../../../src/model/architecture/recognize.js";
import { compilePolicy } from "../../../src/policy/compile-policy.js";
import type { DocumentRule } from "../../../src/policy/policy-document.js";
import { tileCountOf, type Policy } from "../../../src/policy/rule.js";
import { TIERS } from "../../../src/protocol/tiers.js";
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

type NormRule = Pick<DocumentRule, "tensors" | "drift" | "wholeTiles">;

const make = async (rule: NormRule): Promise<Policy> => {
  const { policy } = await compilePolicy({
    document: { version: 1, rules: [{ tensors: "**", ...rule }] },
    baseModelId: BASE,
    manifest,
    architecture: recognizeArchitecture(manifest.tensors),
    tier: TIERS.nano,
  });
  return policy;
};

const refusal = async (rule: NormRule): Promise<string> => {
  const thrown: unknown = await make(rule).catch((error: unknown) => error);
  expect(thrown).to.be.instanceOf(InputError);
  return (thrown as InputError).message;
};

describe("a document of one norm", () => {
  it("counts every weight in exactly one tile", () => {
    const weights = tileContents(manifest).reduce((sum, tile) => sum + tile.weights, 0);
    expect(weights).to.equal(512 + 320 + 6 + 10 + 20);
  });

  it("is one budget over all fraction bits, in units of the finest", async () => {
    const { rules } = await make({ drift: "0.7" });
    expect(rules).to.have.length(1);
    expect(rules[0]).to.include({ unit: 7, maxResidualSq: (49n * 4n ** 7n) / 100n });
    expect(rules.reduce((sum, rule) => sum + tileCountOf(rule), 0)).to.equal(manifest.tileCount);
  });

  it("never allows more than the norm, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 500, max: 10 ** 9 }), async (thousandths) => {
        const { rules } = await make({ drift: `${thousandths}e-3` });
        // Σ B_r·4^-u_r <= X², over the common denominator 4^7·10^6.
        const sum = rules.reduce((total, rule) => total + rule.maxResidualSq * 4n ** BigInt(7 - rule.unit), 0n);
        return sum * 1_000_000n <= BigInt(thousandths) ** 2n * 4n ** 7n;
      }),
    );
  });

  it("selects by pattern and freezes the rest", async () => {
    const { rules } = await make({ tensors: ["b.weight"], drift: 1 });
    expect(rules).to.have.length(1);
    expect(rules[0]?.maxResidualSq).to.equal(4n ** 5n);
    expect(describePolicy({ baseModelId: BASE, rules }, manifest).join("\n"))
      .to.include("b.weight")
      .and.to.include("Frozen");
  });

  it("refuses a packed tile that is selected in part, and names what else is in it", async () => {
    expect(await refusal({ tensors: ["*.bias"], drift: 1 }))
      .to.include("norm/scale")
      .and.to.include("--whole-tiles");
    expect((await make({ tensors: ["*.bias"], drift: 1, wholeTiles: true })).rules).to.have.length(1);
    expect((await make({ tensors: ["*.bias", "**/scale"], drift: 1 })).rules).to.have.length(1);
  });

  it("refuses a pattern without a match and names the tensors there are", async () => {
    expect(await refusal({ tensors: ["c.weight"], drift: 1 })).to.include("a.weight");
  });

  it("takes a squared bound in units of the finest tensor, by its exact norm", async () => {
    expect((await make({ drift: normText(5n, 7) })).rules[0]).to.include({ maxResidualSq: 5n, unit: 7 });
    expect((await make({ drift: normText(5n, 7), tensors: ["a.weight"] })).rules[0]?.maxResidualSq).to.equal(5n);
  });

  it("refuses bounds that allow nothing or too much", async () => {
    expect(await refusal({ drift: 0 })).to.include("nothing may change");
    expect(await refusal({ drift: "1e-9" })).to.include("nothing may change");
    expect(await refusal({ drift: "1e30" })).to.include("2^100");
  });
});
