import { expect } from "chai";
import {
  decodeE4M3,
  decodeE4M3Fnuz,
  decodeE5M2,
  decodeE5M2Fnuz,
  decodeE8M0,
} from "../../../../src/model/formats/float8.js";
import { decodeFloat16 } from "../../../../src/model/dtype.js";

const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
const at = (values: Float64Array, ...places: readonly number[]): number[] =>
  places.map((place) => values[place] ?? NaN);

describe("floats of 8 bits", () => {
  it("E4M3 reaches 448, has no infinities and steps of 2^-9 at zero", () => {
    const values = decodeE4M3(codes, 256);
    expect(at(values, 0, 1, 7, 8, 0x38, 0x7e, 0xb8, 0xfe)).to.deep.equal([
      0,
      2 ** -9,
      7 * 2 ** -9,
      2 ** -6,
      1,
      448,
      -1,
      -448,
    ]);
    expect(values.filter((value) => Number.isNaN(value))).to.have.lengthOf(2);
    expect([values[0x7f], values[0xff]]).to.deep.equal([NaN, NaN]);
    expect(values.includes(Infinity)).to.equal(false);
  });

  it("E5M2 is the upper half of binary16", () => {
    const wide = new Uint8Array(512);
    codes.forEach((code) => (wide[2 * code + 1] = code));
    expect(decodeE5M2(codes, 256)).to.deep.equal(decodeFloat16(wide, 256));
  });

  it("the fnuz formats have one NaN, at the code of -0, and no infinities", () => {
    for (const [decode, largest, one] of [
      [decodeE4M3Fnuz, 240, 0x40],
      [decodeE5M2Fnuz, 57344, 0x40],
    ] as const) {
      const values = decode(codes, 256);
      expect(at(values, 0x80, 0, 0x7f, 0xff, one)).to.deep.equal([NaN, 0, largest, -largest, 1]);
      expect(values.filter((value) => !Number.isFinite(value))).to.have.lengthOf(1);
    }
  });

  it("E8M0 is a power of two", () => {
    expect(at(decodeE8M0(codes, 256), 0, 127, 128, 254, 255)).to.deep.equal([2 ** -127, 1, 2, 2 ** 127, NaN]);
  });
});
