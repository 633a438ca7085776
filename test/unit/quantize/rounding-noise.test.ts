import { expect } from "chai";
import { FLOAT_FORMATS } from "../../../src/model/float-format.js";
import { expectedNoise, noiseOfWeights } from "../../../src/quantize/rounding-noise.js";
import { roundScaled } from "../../../src/quantize/round.js";
import { openTensors } from "../../support/models.js";
import { seededRandom } from "../../support/random.js";

const SEED = 41;

/** bfloat16 by its definition: 8 significant bits, half to even. */
function toBfloat16(value: number): number {
  const step = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 7);
  return roundScaled(value / step, 0) * step;
}

describe("expected rounding noise", () => {
  for (const { name, fractionBits, round } of [
    { name: "rounding to bf16", fractionBits: 16, round: toBfloat16 },
    { name: "quantizing both ends", fractionBits: 12, round: (value: number) => value },
  ]) {
    it(`is what ${name} really costs (seed ${SEED})`, () => {
      const random = seededRandom(SEED);
      const tuned = new Float64Array(20_000);
      let measured = 0;
      for (let i = 0; i < tuned.length; i++) {
        const weight = (random() - 0.5) * 0.2;
        const change = (random() - 0.5) * 0.01;
        tuned[i] = round(weight);
        const difference = roundScaled(tuned[i]!, fractionBits) - roundScaled(weight - change, fractionBits);
        measured += (difference - change * 2 ** fractionBits) ** 2;
      }
      const format = round === toBfloat16 ? FLOAT_FORMATS.bf16 : undefined;
      const ratio = measured / noiseOfWeights(tuned, fractionBits, format);
      expect(ratio > 0.95 && ratio < 1.05, `${ratio}`).to.equal(true);
    });
  }

  it("reads a tensor in the format that it is stored in", async () => {
    const values = [0.5, -0.75, 3];
    const { tensors } = await openTensors([{ name: "w", shape: [3], dtype: "F16", values }]);
    const [tensor] = tensors;
    if (tensor === undefined || tensor.kind === "string") throw new Error("no tensor of numbers");
    // Units in the last place of 11 bits: 2^-11, 2^-11, 2^-9; two quantized ends of each.
    const steps = [2 ** -11, 2 ** -11, 2 ** -9].map((step) => (step * 2 ** 20) ** 2 / 12);
    expect(await expectedNoise(tensor, 20)).to.equal(steps.reduce((sum, step) => sum + step, 3 / 6));
    expect((await expectedNoise(tensor, 20, FLOAT_FORMATS.f32)) < 1).to.equal(true);
  });
});
