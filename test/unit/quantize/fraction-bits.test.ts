import { expect } from "chai";
import { viewsOf } from "../../../src/model/architecture/views.js";
import { InputError } from "../../../src/errors/errors.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { buildManifest, type ManifestOptions } from "../../../src/quantize/build-manifest.js";
import type { TensorToWrite } from "../../support/encode-safetensors.js";
import { openTensors } from "../../support/models.js";
import { seededNormal } from "../../support/random.js";
import { expectError } from "../../support/rejects.js";

const SEED = 31;

/** Half of the weights at each of ±size. */
const flat = (name: string, count: number, size: number, dtype = "F64"): TensorToWrite => ({
  name,
  shape: [count],
  dtype,
  values: Array.from({ length: count }, (_, i) => (i % 2 === 0 ? -size : size)),
});

/** Weights of a normal distribution, the first ones replaced. */
function normal(name: string, count: number, sigma: number, first: readonly number[] = []): TensorToWrite {
  const random = seededNormal(SEED);
  const values = Array.from({ length: count }, (_, i) => first[i] ?? sigma * random());
  return { name, shape: [count], dtype: "F64", values };
}

interface Chosen {
  readonly f: Record<string, number>;
  readonly pinned: Record<string, readonly (readonly [number, number])[]>;
  readonly explanation: readonly string[];
}

async function choose(tensors: readonly TensorToWrite[], options?: ManifestOptions): Promise<Chosen> {
  const { manifest, explanation } = await buildManifest(await openTensors(tensors), TIERS.medium, options);
  const placed = manifest.tensors.flatMap((each) => ("fractionBits" in each ? [each] : []));
  return {
    f: Object.fromEntries(placed.map(({ name, fractionBits }) => [name, fractionBits])),
    pinned: Object.fromEntries(placed.flatMap(({ name, pinned }) => (pinned === undefined ? [] : [[name, pinned]]))),
    explanation,
  };
}

describe(`choice of fraction bits (seed ${SEED})`, () => {
  it("leaves drift a range of 8 to 32 times the r.m.s. of every tensor", async () => {
    // Medium: 8 r <= 2^(15-f), f even.
    expect((await choose([flat("w", 10, 1)])).f).to.deep.equal({ w: 12 });
    expect((await choose([flat("w", 10, 1.01)])).f).to.deep.equal({ w: 10 });
    expect((await choose([flat("w", 10, 0.251)])).f).to.deep.equal({ w: 12 });
    expect((await choose([flat("w", 10, 0.25)])).f).to.deep.equal({ w: 14 });
    const { f } = await choose([flat("w", 990, 0.5), flat("bias", 5, 0.001), flat("scale", 5, 7.9)]);
    expect(f).to.deep.equal({ w: 12, bias: 20, scale: 8 });
  });

  it("is not moved by outliers, however large", async () => {
    const { f } = await choose([normal("w", 5000, 0.02)]);
    for (const outliers of [[30], [1e8], [892, -892, 700, 1e8, 3]]) {
      expect((await choose([normal("w", 5000, 0.02, outliers)])).f, outliers.join()).to.deep.equal(f);
    }
    // Too few weights for a quantile: at most 8 deviations, two classes.
    const small = await choose([normal("w", 50, 0.02)]);
    expect(small.f["w"]! - (await choose([normal("w", 50, 0.02, [1e8])])).f["w"]!).to.be.within(0, 4);
  });

  it("judges a tensor of mostly zeros by its other weights, and gives zeros the model's median", async () => {
    const sparse: TensorToWrite = {
      ...flat("s", 100, 0),
      values: Array.from({ length: 100 }, (_, i) => i % 3 && 0.25 * (i % 3 === 1 ? 1 : 0)),
    };
    const { f } = await choose([sparse, flat("a", 4, 1), flat("b", 4, 1), flat("c", 4, 0.01), flat("zero", 9, 0)]);
    expect(f).to.deep.equal({ a: 12, b: 12, c: 18, s: 14, zero: 12 });
    expect((await choose([flat("w", 10, 0)])).f).to.deep.equal({ w: 12 });
  });

  it("lets a small class join the next finer one if that is larger, and never makes one coarser", async () => {
    const large = flat("w", 5000, 0.25);
    expect((await choose([large, flat("scale", 4096, 1)])).f).to.deep.equal({ w: 14, scale: 14 });
    expect((await choose([large, flat("scale", 4097, 1)])).f).to.deep.equal({ w: 14, scale: 12 });
    expect((await choose([large, flat("a", 4000, 1), flat("b", 97, 1)])).f).to.deep.equal({ w: 14, a: 12, b: 12 });
    // Two classes away: the range would be less than twice its weights.
    expect((await choose([large, flat("scale", 9, 4)])).f).to.deep.equal({ w: 14, scale: 10 });
    expect((await choose([large, flat("bias", 9, 0.06)])).f).to.deep.equal({ w: 14, bias: 16 });
    // A given number stands, and the class has its tile anyway.
    const given = await choose([large, flat("a", 9, 1), flat("b", 9, 1)], { overrides: new Map([["a", 12]]) });
    expect(given.f).to.deep.equal({ w: 14, a: 12, b: 12 });
  });

  it("takes no notice of how round the values are", async () => {
    expect((await choose([{ ...flat("ones", 64, 1), values: new Array<number>(64).fill(1) }])).f).to.deep.equal({
      ones: 12,
    });
  });

  it("gives at most 40 bits", async () => {
    expect((await choose([flat("w", 10, 1e-30)])).f).to.deep.equal({ w: 40 });
  });

  it("pins weights that do not fit beside the others, and lowers f where there are too many", async () => {
    const { f, pinned, explanation } = await choose([normal("w", 5000, 0.02, [1e8, 0, -5e7])]);
    expect([f, pinned]).to.deep.equal([
      { w: 16 },
      {
        w: [
          [0, 1e8],
          [2, -5e7],
        ],
      },
    ]);
    expect(explanation.join()).to.include("w: 2 weights are pinned (index 0 is 100000000, …)");
    const six = await choose([normal("w", 5000, 0.02, [1e8, 1e8, 1e8, 1e8, 1e8, 1e8])]);
    expect(six.pinned).to.deep.equal({});
    // 2^30 / 1e8 is 10.7.
    expect(six.f).to.deep.equal({ w: 2 });
    expect(six.explanation.join()).to.include("w: 2 fraction bits, because of its largest weights");
    const five = await choose([normal("w", 5000, 0.02, [1e8, 1e8, 1e8, 1e8, 1e8])]);
    expect(five.pinned["w"]?.length).to.equal(5);
  });

  it("pins nothing where values must not be public, nor what a model may lack", async () => {
    const tensor = normal("w", 5000, 0.02, [1e8]);
    const hidden = await choose([tensor], { mayPin: false });
    expect([hidden.f, hidden.pinned]).to.deep.equal([{ w: 2 }, {}]);
    const tune = await openTensors([flat("v", 4, 1), tensor]);
    const optional = await choose([flat("v", 4, 1)], { tune });
    expect([optional.f, optional.pinned]).to.deep.equal([{ v: 12, w: 2 }, {}]);
  });

  it("pins at most 64 weights", async () => {
    const outliers = (count: number): number[] => new Array<number>(count).fill(1e8);
    expect((await choose([normal("w", 100_000, 0.02, outliers(64))])).pinned["w"]?.length).to.equal(64);
    expect((await choose([normal("w", 100_000, 0.02, outliers(65))])).pinned).to.deep.equal({});
  });

  it("gives the same matrix of all blocks one f, but for blocks far from the others", async () => {
    const tensors = [0.9, 1.1, 0.95, 1.05, 30, 0.01].map((size, i) => flat(`h.${i}.attn.c_attn.weight`, 8, size));
    const { views } = viewsOf(tensors, {});
    expect(Object.values((await choose(tensors)).f)).to.deep.equal([12, 10, 12, 10, 6, 18]);
    expect(Object.values((await choose(tensors, { views })).f)).to.deep.equal([12, 12, 12, 12, 6, 18]);
  });

  it("fits the largest float32, and refuses float64 beyond", async () => {
    expect((await choose([flat("w", 10, 3.4e38)])).f["w"]).to.equal(-116);
    await expectError(() => choose([flat("w", 10, 1e300)]), InputError, '"w"', "index 0", "-1e+300");
  });

  it("gives integers and booleans no fraction bits", async () => {
    const { f } = await choose([flat("b", 3, 0, "BOOL"), flat("i", 3, 100, "I32"), flat("w", 3, 1)]);
    expect(f).to.deep.equal({ b: 0, i: 0, w: 12 });
  });
  it("refuses integers beyond 31 bits", () =>
    expectError(() => choose([flat("i", 3, 2 ** 31, "I32")]), InputError, '"i"', "index 0", "-2147483648"));

  it("takes a given number for all floating-point tensors, and exceptions by name and by glob", async () => {
    const tensors = [flat("w.a", 9, 1), flat("w.b", 9, 1), flat("v", 9, 1), flat("i", 9, 4, "I32")];
    const overrides = new Map([
      ["w.b", 8],
      ["*", 7],
      ["w.*", 6],
    ]);
    const { f, explanation } = await choose(tensors, { fractionBits: 20, overrides });
    expect(f).to.deep.equal({ "w.a": 6, "w.b": 8, v: 7, i: 0 });
    expect(explanation.join()).to.include("as given");
    expect((await choose(tensors, { fractionBits: 20 })).f).to.deep.equal({ "w.a": 20, "w.b": 20, v: 20, i: 0 });
  });
  it("refuses a number that is too large for the weights, naming the largest that fits", () =>
    expectError(
      () => choose([flat("w", 9, 3)], { fractionBits: 30 }),
      InputError,
      '"w"',
      "index 0",
      "-3",
      "at most 29",
    ));
  it("refuses numbers out of range and exceptions for unknown tensors", async () => {
    for (const fractionBits of [65, -129, 1.5, NaN]) {
      await expectError(() => choose([flat("w", 9, 1)], { fractionBits }), InputError, "fractionBits");
    }
    for (const key of ["nope", "nope.*"]) {
      const options = { overrides: new Map([[key, 3]]) };
      await expectError(() => choose([flat("w", 9, 1)], options), InputError, key);
    }
    await expectError(() => choose([flat("w", 9, 1)], { overrides: new Map([["w", 99]]) }), InputError, '"w"', "99");
  });
  it("refuses NaN, naming tensor and index", () =>
    expectError(
      () => choose([{ name: "w", shape: [2, 2], dtype: "F32", values: [1, Infinity, 3, NaN] }]),
      InputError,
      '"w"',
      "index 3",
      "NaN",
    ));
});
