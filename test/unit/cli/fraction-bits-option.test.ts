import { expect } from "chai";
import { InvalidArgumentError } from "commander";
import { parseFractionBits } from "../../../src/cli/fraction-bits-option.js";

describe("--fraction-bits", () => {
  const parsed = (...values: readonly string[]): unknown =>
    values.reduce((so, value) => parseFractionBits(value, so), {});

  it("is a number or auto for all tensors, and NAME=N for some, any number of times", () => {
    expect(parsed("12")).to.deep.equal({ fractionBits: 12 });
    expect(parsed("auto", "a.*=-3", "b=c=14")).to.deep.equal({
      fractionBits: "auto",
      overrides: new Map([
        ["a.*", -3],
        ["b=c", 14],
      ]),
    });
    expect(parsed("a=1", "a=2")).to.deep.equal({ overrides: new Map([["a", 2]]) });
  });
  for (const wrong of ["", "x", "1.5", "=3", "a=", "a=x", "a=1e3", "1234"]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      expect(() => parseFractionBits(wrong)).to.throw(InvalidArgumentError);
    });
  }
});
