import { expect } from "chai";
import { InputError } from "../../../src/errors/errors.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/manifest.js";
import type { FractionBitsOptions } from "../../../src/quantize/fraction-bits.js";
import type { TensorToWrite } from "../../support/encode-safetensors.js";
import { openTensors } from "../../support/models.js";
import { expectError } from "../../support/rejects.js";

const tensor = (name: string, count: number, maxAbs: number, dtype = "F64"): TensorToWrite => ({
  name,
  shape: [count],
  dtype,
  values: Array.from({ length: count }, (_, i) => (i === 0 ? -maxAbs : maxAbs / 2)),
});

async function choose(
  tensors: readonly TensorToWrite[],
  options?: FractionBitsOptions,
): Promise<{ readonly f: Record<string, number>; readonly explanation: readonly string[] }> {
  const { manifest, explanation } = await buildManifest(await openTensors(tensors), TIERS.medium, options);
  const f = Object.fromEntries(
    manifest.tensors.map((placed) => [placed.name, "fractionBits" in placed ? placed.fractionBits : NaN]),
  );
  return { f, explanation };
}

describe("choice of fractional bits", () => {
  it("leaves an ordinary weight room to drift by its whole size", async () => {
    // Medium: room 2^(15-f).
    expect((await choose([tensor("w", 10, 1)])).f).to.deep.equal({ w: 15 });
    expect((await choose([tensor("w", 10, 1.01)])).f).to.deep.equal({ w: 14 });
    expect((await choose([tensor("w", 10, 0.5)])).f).to.deep.equal({ w: 16 });
  });
  it("gives one f to tensors of similar size, so that they share tiles", async () => {
    const { f, explanation } = await choose([tensor("w", 990, 0.5), tensor("bias", 5, 0.001), tensor("scale", 5, 7.9)]);
    expect(f).to.deep.equal({ w: 16, bias: 16, scale: 16 });
    expect(explanation).to.deep.equal([
      "16 fractional bits for floating-point weights: 99 % of the weights lie within ±0.5. " +
        "At tier medium a weight may drift by 0.5, in steps of 0.0000153.",
    ]);
  });
  it("takes bits from a tensor that is far larger than the rest, in steps of 4", async () => {
    const { f, explanation } = await choose([tensor("w", 9900, 0.5), tensor("mask", 50, 1e9), tensor("v", 50, 9)]);
    expect(f).to.deep.equal({ w: 16, v: 12, mask: -12 });
    expect(explanation[1]).to.equal("-12 fractional bits for mask, whose weights reach 1000000000.");
  });
  it("gives at most 24 bits, also to zeros", async () => {
    expect((await choose([tensor("w", 10, 1e-9)])).f).to.deep.equal({ w: 24 });
    expect((await choose([tensor("w", 10, 0)])).f).to.deep.equal({ w: 24 });
  });
  it("fits the largest float32, and refuses float64 beyond", async () => {
    expect((await choose([tensor("w", 10, 3.4e38)])).f["w"]).to.equal(-113);
    await expectError(() => choose([tensor("w", 10, 1e300)]), InputError, '"w"', "index 0", "-1e+300");
  });
  it("gives integers and booleans no fractional bits", async () => {
    const { f } = await choose([tensor("b", 3, 0, "BOOL"), tensor("i", 3, 100, "I32"), tensor("w", 3, 1)]);
    expect(f).to.deep.equal({ b: 0, i: 0, w: 15 });
  });
  it("refuses integers beyond 31 bits", () =>
    expectError(() => choose([tensor("i", 3, 2 ** 31, "I32")]), InputError, '"i"', "index 0", "-2147483648"));
  it("takes a given number for all floating-point tensors, and exceptions by name", async () => {
    const tensors = [tensor("w", 9, 1), tensor("v", 9, 1), tensor("i", 9, 4, "I32")];
    const { f, explanation } = await choose(tensors, { fractionBits: 20, overrides: new Map([["v", 8]]) });
    expect(f).to.deep.equal({ w: 20, v: 8, i: 0 });
    expect(explanation.join()).to.include("as given");
  });
  it("refuses a number that is too large for the weights, naming the largest that fits", () =>
    expectError(
      () => choose([tensor("w", 9, 3)], { fractionBits: 30 }),
      InputError,
      '"w"',
      "index 0",
      "-3",
      "at most 29",
    ));
  it("refuses numbers out of range and exceptions for unknown tensors", async () => {
    for (const fractionBits of [65, -129, 1.5, NaN]) {
      await expectError(() => choose([tensor("w", 9, 1)], { fractionBits }), InputError, "fractionBits");
    }
    const options = { overrides: new Map([["nope", 3]]) };
    await expectError(() => choose([tensor("w", 9, 1)], options), InputError, '"nope"');
    await expectError(() => choose([tensor("w", 9, 1)], { overrides: new Map([["w", 99]]) }), InputError, '"w"', "99");
  });
  it("refuses NaN and infinities, naming tensor and index", async () => {
    for (const wrong of [NaN, Infinity, -Infinity]) {
      const tensors = [{ name: "w", shape: [2, 2], dtype: "F32", values: [1, 2, 3, wrong] }];
      await expectError(() => choose(tensors), InputError, '"w"', "index 3", String(wrong));
    }
  });
});
