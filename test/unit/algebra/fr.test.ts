import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import {
  FR_ONE,
  FR_ZERO,
  frAdd,
  frInv,
  frMul,
  frNeg,
  frOf,
  frPow,
  frPowers,
  frSub,
  frToSigned,
  toFr,
  type Fr,
} from "../../../src/algebra/fr.js";
import { createSystemRandomFr } from "../../../src/algebra/random.js";
import { FR_ORDER } from "../../../src/protocol/constants.js";
import { seededFr } from "../../support/random.js";

const noble = bn254.fields.Fr;
const SEED = 1;
const random = seededFr(SEED);
const EDGES = [0n, 1n, 2n, (FR_ORDER - 1n) / 2n, (FR_ORDER + 1n) / 2n, FR_ORDER - 2n, FR_ORDER - 1n].map(toFr);
const VALUES: readonly Fr[] = [...EDGES, random(), random(), random()];

describe(`scalar field (seed ${SEED})`, () => {
  it("has the order of noble's BN254 scalar field", () => {
    expect(FR_ORDER).to.equal(noble.ORDER);
  });

  it("adds, subtracts, negates and multiplies like noble, on edge values too", () => {
    for (const a of VALUES) {
      expect(frNeg(a)).to.equal(noble.neg(a));
      for (const b of VALUES) {
        expect(frAdd(a, b), `${a} + ${b}`).to.equal(noble.add(a, b));
        expect(frSub(a, b), `${a} - ${b}`).to.equal(noble.sub(a, b));
        expect(frMul(a, b), `${a} * ${b}`).to.equal(noble.mul(a, b));
      }
    }
  });

  it("inverts like noble and refuses zero", () => {
    for (const a of VALUES.filter((value) => value !== 0n)) expect(frInv(a)).to.equal(noble.inv(a));
    expect(() => frInv(FR_ZERO)).to.throw(RangeError, "zero has no inverse");
  });

  it("raises to powers like noble and refuses negative exponents", () => {
    for (const a of VALUES)
      for (const e of [0n, 1n, 2n, 255n, FR_ORDER - 2n]) expect(frPow(a, e)).to.equal(noble.pow(a, e));
    expect(() => frPow(FR_ONE, -1)).to.throw(RangeError, "exponent is -1");
  });

  it("reduces every integer, negative and huge ones included", () => {
    for (const [value, residue] of [
      [-1n, FR_ORDER - 1n],
      [-FR_ORDER, 0n],
      [FR_ORDER, 0n],
      [3n * FR_ORDER + 5n, 5n],
      [-(2n * FR_ORDER) - 5n, FR_ORDER - 5n],
    ] as const) {
      expect(toFr(value), String(value)).to.equal(residue);
    }
    expect(frOf(-3)).to.equal(FR_ORDER - 3n);
  });

  it("reads residues as signed numbers around zero", () => {
    expect(frToSigned(frOf(-7))).to.equal(-7n);
    expect(frToSigned(toFr((FR_ORDER - 1n) / 2n))).to.equal((FR_ORDER - 1n) / 2n);
    expect(frToSigned(toFr((FR_ORDER + 1n) / 2n))).to.equal(-(FR_ORDER - 1n) / 2n);
  });

  it("lists powers from the zeroth", () => {
    expect(frPowers(frOf(3), 4)).to.deep.equal([1n, 3n, 9n, 27n]);
    expect(frPowers(FR_ZERO, 2)).to.deep.equal([1n, 0n]);
    expect(frPowers(FR_ONE, 0)).to.deep.equal([]);
  });
});

describe("system randomness", () => {
  it("draws canonical elements that do not repeat, across refills of its pool", () => {
    const draw = createSystemRandomFr();
    const drawn = Array.from({ length: 3000 }, draw);
    expect(drawn.every((value) => value >= 0n && value < FR_ORDER)).to.equal(true);
    expect(new Set(drawn).size).to.equal(drawn.length);
    // High and low halves of the field both occur: nothing is cut off.
    expect(drawn.some((value) => value > FR_ORDER / 2n) && drawn.some((value) => value < FR_ORDER / 2n)).to.equal(true);
  });
});
