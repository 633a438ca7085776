import { expect } from "chai";
import { g1ToHex, hexToFr, hexToG1, hexToWordBE, wordToHexBE } from "../../../src/algebra/hex.js";
import { G1_GENERATOR, G1_INFINITY } from "../../../src/algebra/g1.js";
import { InputError } from "../../../src/errors/errors.js";
import { FQ_ORDER, FR_ORDER } from "../../../src/protocol/constants.js";

const MAX = (1n << 256n) - 1n;

describe("hex words", () => {
  it("go to 64 digits and back", () => {
    for (const value of [0n, 1n, FR_ORDER - 1n, MAX]) {
      const hex = wordToHexBE(value);
      expect(hex).to.match(/^0x[0-9a-f]{64}$/);
      expect(hexToWordBE(hex, "value")).to.equal(value);
    }
    expect(wordToHexBE(258n).slice(-6)).to.equal("000102");
  });

  it("refuse numbers that do not fit", () => {
    for (const value of [-1n, MAX + 1n]) expect(() => wordToHexBE(value)).to.throw(RangeError, "32 bytes");
  });

  it("are read in one form only", () => {
    const word = wordToHexBE(10n);
    const forms: unknown[] = [
      word.slice(2),
      word.slice(0, -1),
      `${word}0`,
      word.toUpperCase(),
      word.replace("a", "A"),
      word.replace("a", "g"),
      `${word}\n`,
      ` ${word}`,
      "0xa",
      "10",
      10,
      10n.toString(),
      null,
      undefined,
      {},
    ];
    for (const form of forms) {
      expect(() => hexToWordBE(form, "theta"), String(form)).to.throw(
        InputError,
        "theta: expected 0x and 64 lowercase",
      );
    }
  });

  it("refuse scalars that are not below the field's order", () => {
    expect(hexToFr(wordToHexBE(FR_ORDER - 1n), "y")).to.equal(FR_ORDER - 1n);
    for (const value of [FR_ORDER, FR_ORDER + 1n, MAX]) {
      expect(() => hexToFr(wordToHexBE(value), "y"), String(value)).to.throw(
        InputError,
        /^y: .* not below the scalar field/,
      );
    }
  });
});

describe("points in hex", () => {
  it("go there and back, infinity as (0, 0)", () => {
    for (const point of [G1_GENERATOR, G1_INFINITY]) expect(hexToG1(g1ToHex(point), "point")).to.deep.equal(point);
  });

  it("refuse coordinates that are not canonical, and points off the curve", () => {
    const at =
      (x: bigint, y: bigint): (() => unknown) =>
      () =>
        hexToG1({ x: wordToHexBE(x), y: wordToHexBE(y) }, "tiles[3]");
    expect(at(1n + FQ_ORDER, 2n)).to.throw(InputError, "tiles[3]: a coordinate is not below");
    expect(at(1n, 2n + FQ_ORDER)).to.throw(InputError, "tiles[3]: a coordinate is not below");
    expect(at(1n, 3n)).to.throw(InputError, "tiles[3]: the point is not on");
    expect(() => hexToG1({ x: wordToHexBE(1n), y: 2n }, "tiles[3]")).to.throw(InputError, "tiles[3].y: expected 0x");
  });
});
