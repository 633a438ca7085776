import { expect } from "chai";
import { printable, printableJson } from "../../../src/errors/printable.js";

describe("printable text", () => {
  it("has no control character, no mark that reorders text, no separator of lines", () => {
    const hostile = "a\nb\tc\r\u001b[31m\u007f\u009b\u0000\u202e\u2066\u200b\ufeff\u2028\u{e0041}z";
    const shown = printable(hostile);
    expect(shown).to.equal(
      "a\\nb\\tc\\r\\u001b[31m\\u007f\\u009b\\u0000\\u202e\\u2066\\u200b\\ufeff\\u2028\\udb40\\udc41z",
    );
    for (let code = 0; code < 0x110000; code++) {
      if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(String.fromCodePoint(code))) {
        expect(printable(String.fromCodePoint(code)), code.toString(16)).to.match(/^[\x20-\x7e]+$/u);
      }
    }
  });

  it("leaves every script and sign as it is", () => {
    const text = "модель/слой.вес 模型 ± × 🙂 model.layers.0 \\n";
    expect(printable(text)).to.equal(text);
  });

  it("of JSON is the same value", () => {
    const value = { "\u202e": ["\u009b", "\u007f", "\u{e0041}", "é"] };
    const shown = printableJson(JSON.stringify(value));
    expect(shown).to.match(/^[\x20-\x7e\xe9]+$/u);
    expect(JSON.parse(shown)).to.deep.equal(value);
  });
});
