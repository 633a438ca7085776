import { expect } from "chai";
import { InputError } from "../../../src/errors/errors.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { assertNotCoarse, coarseTensors, describeLoss } from "../../../src/quantize/loss-words.js";
import { isCoarse, measureLoss, sufficientFractionBits, type TensorLoss } from "../../../src/quantize/loss.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import { perCent } from "../../../src/quantize/number-words.js";
import { describeCoarse, describeResolution, unseenNorm } from "../../../src/quantize/resolution.js";
import type { TensorToWrite } from "../../support/encode-safetensors.js";
import { openTensors } from "../../support/models.js";
import { expectError } from "../../support/rejects.js";

const NANO = TIERS.nano;
const tensor = (name: string, values: readonly number[]): TensorToWrite => ({
  name,
  shape: [values.length],
  dtype: "F64",
  values,
});

async function lossOf(
  base: readonly TensorToWrite[],
  tuned: readonly TensorToWrite[],
  fractionBits: number,
): Promise<TensorLoss[]> {
  const [before, after] = [await openTensors(base), await openTensors(tuned)];
  const { manifest } = await buildManifest(before, NANO, { fractionBits });
  return measureLoss(manifest, before, after, NANO);
}

const close = (actual: number, expected: number): void => {
  expect(Math.abs(actual - expected) < 1e-12, `${actual}, not ${expected}`).to.equal(true);
};

describe("what a change loses by rounding", () => {
  it("is counted by tensor, in the files and in the integers", async () => {
    // Steps of 1/4: 1.1 and 1.2 are 4 and 5 steps, 2.02 is 8.
    const base = [tensor("a", [1, 1, 2, 3]), tensor("same", [1, 2])];
    const [loss, ...others] = await lossOf(base, [tensor("a", [1.1, 1.2, 2.02, 3]), base[1]!], 2);
    expect(others).to.deep.equal([]);
    expect(loss).to.deep.include({ name: "a", fractionBits: 2, weights: 4, changedInFiles: 3, changedInIntegers: 1 });
    close(loss!.changeNorm, Math.hypot(0.1, 0.2, 0.02));
    close(loss!.lostNorm, Math.hypot(0.1, 0.05, 0.02));
    close(loss!.ownNorm, Math.hypot(1.1, 1.2, 2.02, 3));
    expect(loss!.outOfRange).to.equal(0);
  });

  it("is nothing where the steps are those of the change", async () => {
    const [loss] = await lossOf([tensor("a", [0.3, 0.7])], [tensor("a", [0.3 + 0.25, 0.7])], 2);
    expect([loss!.lostNorm < 1e-15, isCoarse(loss!)]).to.deep.equal([true, false]);
  });

  it("counts weights that drift out of the range, which has one more number below zero", async () => {
    // Nano: -128 to 127.
    const base = [tensor("a", [0, 0, 0, 0])];
    const [loss] = await lossOf(base, [tensor("a", [127, -128, 128, -129])], 0);
    expect(loss!.outOfRange).to.equal(2);
    expect(describeLoss([loss!]).join()).to.include("a: 2 weights change by more than the range");
  });

  it("is of zeros for what only one model has", async () => {
    const [base, tune] = [
      await openTensors([tensor("a", [1])]),
      await openTensors([tensor("a", [1]), tensor("b", [0.75])]),
    ];
    const { manifest } = await buildManifest(base, NANO, { fractionBits: 1, tune });
    const [loss] = await measureLoss(manifest, base, tune, NANO);
    expect(loss).to.deep.include({ name: "b", changeNorm: 0.75, lostNorm: 0.25, ownNorm: 0.75 });
  });

  it("is refused of NaN and infinities, by name", async () => {
    for (const wrong of [NaN, Infinity]) {
      const run = (): Promise<unknown> => lossOf([tensor("a", [1, 2])], [tensor("a", [1, wrong])], 4);
      await expectError(run, InputError, '"a"', "index 1", String(wrong));
    }
  });

  it("is coarse only if it is over 1 % of the change and over 0.1 % of the tensor", () => {
    const loss = { name: "a", fractionBits: 8, weights: 9, changedInFiles: 9, changedInIntegers: 1, outOfRange: 0 };
    const of = (lostNorm: number, changeNorm: number): TensorLoss => ({ ...loss, lostNorm, changeNorm, ownNorm: 1 });
    expect(isCoarse(of(0.002, 0.1))).to.equal(true);
    expect(isCoarse(of(0.002, 0.3))).to.equal(false);
    // A weak change, far below the tensor's own rounding.
    expect(isCoarse(of(0.0009, 0.001))).to.equal(false);
  });

  it("of a coarse tensor is refused with a number of fraction bits that suffices", async () => {
    const values = Array.from({ length: 64 }, (_, i) => Math.sin(i + 1));
    const base = [tensor("a", values), tensor("b", values)];
    const tuned = [
      tensor(
        "a",
        values.map((value, i) => value + 0.01 * Math.cos(7 * i)),
      ),
      base[1]!,
    ];
    const losses = await lossOf(base, tuned, 4);
    let message = "";
    try {
      assertNotCoarse(losses, "tuned.safetensors");
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      message = error.message;
    }
    expect(message).to.include("tuned.safetensors").and.to.include("a loses").and.to.include("--allow-coarse");
    const enough = sufficientFractionBits(losses[0]!);
    expect(message).to.include(`--fraction-bits "a=${enough}"`);
    assertNotCoarse(await lossOf(base, tuned, enough), "tuned.safetensors");
    expect((await lossOf(base, tuned, enough - 4)).some(isCoarse)).to.equal(true);
  });

  it("is told in two digits, of private models by name only", async () => {
    const losses = await lossOf([tensor("a", [1, 1])], [tensor("a", [1.1, 1.3])], 2);
    const [open] = coarseTensors(losses, false);
    expect(open).to.deep.equal({ name: "a", lostOfChange: 0.36, lostOfTensor: 0.066 });
    expect(coarseTensors(losses, true)).to.deep.equal([{ name: "a" }]);
    expect(describeCoarse([open!])[0]).to.match(/^COARSE: .*1 tensor: "a" \(36 %\)/u);
    expect(describeCoarse([])).to.deep.equal([]);
  });

  it("says when the integers are those of the base", async () => {
    const losses = await lossOf([tensor("a", [1, 1])], [tensor("a", [1.01, 1])], 2);
    expect(describeLoss(losses)[0]).to.equal(
      "The integers are those of the base, and so is the id: 1 weight differs in the files, each by less than a step.",
    );
    expect(describeLoss([])[0]).to.include("nothing differs");
  });
});

describe("resolution in words", () => {
  it("is that of the manifest: steps, pinned weights, tensors with infinities", async () => {
    const model = await openTensors([
      tensor("a", [1, -1, 1, -1e9]),
      tensor("b", [0.01, 0.01]),
      tensor("mask", [0, -Infinity]),
    ]);
    const { manifest } = await buildManifest(model, TIERS.medium);
    expect(describeResolution(manifest, [{ name: "a" }])).to.deep.equal([
      'Weights are compared in steps: of 0.00000381 in 1 tensor ("b"), 0.00391 in 1 tensor ("a"). Differences of less ' +
        "than a step in a weight may not be seen. By the default rule a step is below 0.098 % of a tensor's r.m.s.; that the base " +
        "followed it is not proven.",
      "1 weight is pinned: far larger than the rest, equal in all fine-tunes.",
      'Compared as a whole, since they hold infinities: "mask".',
      'COARSE: the steps do not resolve this fine-tune. Over 1 % of the change is lost in 1 tensor: "a".',
    ]);
    close(unseenNorm(manifest), Math.sqrt(4 * 4 ** -8 + 2 * 4 ** -18));
  });
  it("rounds per cent upwards", () => {
    expect([0, 0.5, 0.0001201, 0.123, 1].map(perCent)).to.deep.equal(["0 %", "50 %", "0.013 %", "13 %", "100 %"]);
  });
});
