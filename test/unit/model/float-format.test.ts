import { expect } from "chai";
import { FLOAT_FORMATS, floatFormatOf, unitInLastPlace } from "../../../src/model/float-format.js";

describe("floating-point formats", () => {
  it("knows the dtypes of every reader", () => {
    expect(floatFormatOf("BF16")).to.equal(FLOAT_FORMATS.bf16);
    expect(floatFormatOf("float32")).to.equal(FLOAT_FORMATS.f32);
    expect(floatFormatOf("FLOAT16")).to.equal(FLOAT_FORMATS.f16);
    expect(floatFormatOf("float32 (uint8)")).to.equal(undefined);
  });

  it("gives the step next to a value", () => {
    expect(unitInLastPlace(1, FLOAT_FORMATS.f32)).to.equal(2 ** -23);
    expect(unitInLastPlace(-1.5, FLOAT_FORMATS.bf16)).to.equal(2 ** -7);
    expect(unitInLastPlace(0.2, FLOAT_FORMATS.f16)).to.equal(2 ** -13);
  });

  it("agrees with float32 rounding on both sides of powers of two", () => {
    for (let exponent = -120; exponent <= 120; exponent += 7) {
      const power = 2 ** exponent;
      for (const value of [power, power * (1 - 2 ** -24), power * (1 + 2 ** -23)]) {
        const step = unitInLastPlace(Math.fround(value), FLOAT_FORMATS.f32);
        expect(Math.fround(Math.fround(value) + step), `2^${exponent}`).to.not.equal(Math.fround(value));
        expect(Math.fround(Math.fround(value) + step / 4), `2^${exponent}`).to.equal(Math.fround(value));
      }
    }
  });

  it("keeps the step of the smallest normal number below it", () => {
    expect(unitInLastPlace(0, FLOAT_FORMATS.f16)).to.equal(2 ** -24);
    expect(unitInLastPlace(2 ** -20, FLOAT_FORMATS.f16)).to.equal(2 ** -24);
  });
});
