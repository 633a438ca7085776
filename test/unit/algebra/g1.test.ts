import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import {
  G1_GENERATOR,
  G1_INFINITY,
  g1Add,
  g1Equals,
  g1LinearCombination,
  g1Mul,
  g1Neg,
  g1Sub,
  isG1,
  isG1Infinity,
} from "../../../src/algebra/g1.js";
import { G2_GENERATOR, isG2, pairingProductIsOne } from "../../../src/algebra/pairing.js";
import { FR_ONE, FR_ZERO, frAdd, frMul, frNeg, frOf, type Fr } from "../../../src/algebra/fr.js";
import { FQ_ORDER } from "../../../src/protocol/constants.js";
import { seededFr } from "../../support/random.js";

const SEED = 2;
const random = seededFr(SEED);
const times = (scalar: Fr): ReturnType<typeof g1Mul> => g1Mul(G1_GENERATOR, scalar);

describe(`G1 (seed ${SEED})`, () => {
  const [a, b] = [random(), random()];

  it("adds in the exponent", () => {
    expect(g1Add(times(a), times(b))).to.deep.equal(times(frAdd(a, b)));
    expect(g1Mul(times(a), b)).to.deep.equal(times(frMul(a, b)));
  });

  it("handles infinity, equal and opposite points", () => {
    const p = times(a);
    expect(g1Add(p, G1_INFINITY)).to.deep.equal(p);
    expect(g1Add(G1_INFINITY, G1_INFINITY)).to.deep.equal(G1_INFINITY);
    expect(g1Add(p, p)).to.deep.equal(g1Mul(p, frOf(2)));
    expect(g1Add(p, g1Neg(p))).to.deep.equal(G1_INFINITY);
    expect(g1Sub(p, p)).to.deep.equal(G1_INFINITY);
    expect(g1Neg(G1_INFINITY)).to.deep.equal(G1_INFINITY);
    expect(isG1Infinity(g1Mul(p, FR_ZERO))).to.equal(true);
    expect(g1Mul(G1_INFINITY, a)).to.deep.equal(G1_INFINITY);
  });

  it("multiplies by 1 and by -1", () => {
    const p = times(a);
    expect(g1Mul(p, FR_ONE)).to.deep.equal(p);
    expect(g1Mul(p, frNeg(FR_ONE))).to.deep.equal(g1Neg(p));
  });

  it("combines linearly, zero scalars and infinities included", () => {
    const sum = g1LinearCombination([
      [a, times(b)],
      [FR_ZERO, times(a)],
      [b, G1_INFINITY],
      [frNeg(FR_ONE), G1_GENERATOR],
    ]);
    expect(g1Equals(sum, times(frAdd(frMul(a, b), frNeg(FR_ONE))))).to.equal(true);
    expect(g1LinearCombination([])).to.deep.equal(G1_INFINITY);
    expect(
      g1LinearCombination([
        [a, G1_GENERATOR],
        [frNeg(a), G1_GENERATOR],
      ]),
    ).to.deep.equal(G1_INFINITY);
  });

  it("knows which coordinates are points", () => {
    expect(isG1(G1_INFINITY)).to.equal(true);
    expect(isG1(times(a))).to.equal(true);
    expect(isG1({ x: 1n, y: 3n })).to.equal(false);
    expect(isG1({ x: 0n, y: 1n })).to.equal(false);
    // The same point, not canonical.
    expect(isG1({ x: 1n + FQ_ORDER, y: 2n })).to.equal(false);
    expect(isG1({ x: 1n, y: 2n - FQ_ORDER })).to.equal(false);
    expect(isG1({ x: FQ_ORDER, y: FQ_ORDER })).to.equal(false);
  });
});

describe("G2 and the pairing", () => {
  it("accepts the generator and refuses infinity, other coordinates and other groups' points", () => {
    expect(isG2(G2_GENERATOR)).to.equal(true);
    expect(isG2({ x: { c0: 0n, c1: 0n }, y: { c0: 0n, c1: 0n } })).to.equal(false);
    expect(isG2({ ...G2_GENERATOR, x: { ...G2_GENERATOR.x, c0: G2_GENERATOR.x.c0 + FQ_ORDER } })).to.equal(false);
    expect(isG2({ ...G2_GENERATOR, y: { c0: 1n, c1: 1n } })).to.equal(false);
  });

  it("refuses a point of the twist outside the subgroup", () => {
    // The first x = (i, 0) whose x³ + b' is a square: the cofactor is huge, so it is not in the subgroup.
    const { Fp2 } = bn254.fields;
    const twistB = Fp2.div({ c0: 3n, c1: 0n }, { c0: 9n, c1: 1n });
    const found = Array.from({ length: 40 }, (_, i) => ({ c0: BigInt(i + 1), c1: 0n })).flatMap((x) => {
      try {
        return [{ x, y: Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), twistB)) }];
      } catch {
        return [];
      }
    });
    expect(found).to.not.have.length(0);
    for (const { x, y } of found) {
      const isOnTwist = Fp2.eql(Fp2.sqr(y), Fp2.add(Fp2.mul(Fp2.sqr(x), x), twistB));
      expect(isOnTwist).to.equal(true);
      expect(isG2({ x: { c0: x.c0, c1: x.c1 }, y: { c0: y.c0, c1: y.c1 } })).to.equal(false);
    }
  });

  it("is bilinear, and infinity contributes nothing", () => {
    const a = frOf(17);
    expect(
      pairingProductIsOne([
        [times(a), G2_GENERATOR],
        [times(frNeg(a)), G2_GENERATOR],
      ]),
    ).to.equal(true);
    expect(
      pairingProductIsOne([
        [times(a), G2_GENERATOR],
        [times(frOf(-16)), G2_GENERATOR],
      ]),
    ).to.equal(false);
    expect(pairingProductIsOne([[G1_INFINITY, G2_GENERATOR]])).to.equal(true);
    expect(pairingProductIsOne([])).to.equal(true);
  });
});
