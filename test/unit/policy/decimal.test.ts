import { expect } from "chai";
import { parseDecimal } from "../../../src/policy/decimal.js";
import { InputError } from "../../../src/errors/errors.js";

describe("parseDecimal", () => {
  it("reads decimals exactly", () => {
    expect(parseDecimal("0.1", "x")).to.deep.equal({ numerator: 1n, denominator: 10n });
    expect(parseDecimal("12", "x")).to.deep.equal({ numerator: 12n, denominator: 1n });
    expect(parseDecimal("2.50e-3", "x")).to.deep.equal({ numerator: 250n, denominator: 100_000n });
    expect(parseDecimal("1.5e3", "x")).to.deep.equal({ numerator: 1500n, denominator: 1n });
  });

  it("refuses what is no non-negative decimal, or absurdly large", () => {
    for (const text of ["", "-1", "0x10", "1/2", "NaN", "Infinity", "1,5", ".5", "1e999999999"]) {
      expect(() => parseDecimal(text, "the norm"), text).to.throw(InputError, "the norm");
    }
  });
});
