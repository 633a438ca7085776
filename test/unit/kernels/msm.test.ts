import { expect } from "chai";
import { G1_GENERATOR, G1_INFINITY, g1LinearCombination, g1Mul, g1Neg, type G1 } from "../../../src/algebra/g1.js";
import { G1_BYTES, g1FromMontgomeryLE } from "../../../src/algebra/montgomery.js";
import { FR_ONE, FR_ZERO, frNeg, frOf, toFr, type Fr } from "../../../src/algebra/fr.js";
import type { IntVector } from "../../../src/kernels/backend.js";
import { referenceMsm } from "../../../src/kernels/reference/msm.js";
import { packPoints } from "../../support/points.js";
import { integerIn, seededFr, seededRandom } from "../../support/random.js";

const SEED = 6;

describe(`reference multi-scalar multiplication (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const randomFr = seededFr(SEED);
  const points = Array.from({ length: 40 }, () => g1Mul(G1_GENERATOR, randomFr()));
  const p = points[0]!;
  const q = points[1]!;
  const minusOne = frNeg(FR_ONE);

  /** The sum of single multiplications. */
  function expectSum(bases: readonly G1[], scalars: IntVector | readonly Fr[], label: string): void {
    const values = Array.from(scalars as ArrayLike<number | bigint>, (value) => toFr(BigInt(value)));
    const expected = g1LinearCombination(values.map((value, i): [Fr, G1] => [value, bases[i]!]));
    const powers = packPoints(bases);
    expect(referenceMsm(powers, scalars), label).to.deep.equal(expected);
  }

  it("is the sum for random field elements", () => {
    expectSum(points, Array.from({ length: 40 }, randomFr), "random");
  });

  it("is the sum for signed integers of every width", () => {
    for (const bound of [1, 2 ** 15, 2 ** 16, 2 ** 31 - 1, 2 ** 32, 2 ** 52]) {
      const values = Float64Array.from({ length: 40 }, () => integerIn(random, -bound, bound));
      expectSum(points, values, `up to ${bound}`);
    }
    expectSum(points, Int32Array.from([-(2 ** 31), 2 ** 31 - 1, 0, -1, 1]), "the ends of int32");
  });

  const edges: [string, G1[], Fr[] | IntVector][] = [
    ["no scalar", [p, q], []],
    ["no integer", [p, q], new Int32Array()],
    ["one zero", [p], [FR_ZERO]],
    ["only zeros", [p, q, p], new Int32Array(3)],
    ["one and minus one", [p, q], [FR_ONE, minusOne]],
    ["p - 1 and p - 2", [p, q], [minusOne, frOf(-2)]],
    ["a single point", [p], [frOf(3)]],
    ["equal points", [p, p, p, p], [frOf(5), frOf(5), frOf(7), frOf(1)]],
    ["equal points with equal integers", [p, p, p, p], Int32Array.of(9, 9, 9, 9)],
    ["opposite points with equal scalars", [p, g1Neg(p)], [frOf(5), frOf(5)]],
    ["equal points with opposite scalars", [p, p], Int32Array.of(6, -6)],
    ["opposite points with equal integers", [p, g1Neg(p), q, g1Neg(q)], Int32Array.of(4, 4, 4, 4)],
    ["a sum at infinity", [p, p, g1Neg(p)], [frOf(2), frOf(3), frOf(5)]],
    ["infinity among the points", [p, G1_INFINITY, q], [frOf(2), frOf(3), frOf(5)]],
    ["only infinity", [G1_INFINITY, G1_INFINITY], Int32Array.of(1, -1)],
    ["the largest scalar everywhere", [p, q, p, q], [minusOne, minusOne, minusOne, minusOne]],
  ];
  for (const [label, bases, scalars] of edges) {
    it(`is the sum for ${label}`, () => {
      expectSum(bases, scalars, label);
    });
  }

  it("uses only as many points as there are scalars", () => {
    expectSum(points, [frOf(2), frOf(3)], "fewer scalars");
  });

  it("refuses more scalars than points", () => {
    expect(() => referenceMsm(packPoints([p]), [FR_ONE, FR_ONE])).to.throw(RangeError, "2 scalars but only 1 points");
  });

  it("reads the points that were packed", () => {
    const powers = packPoints([p, G1_INFINITY, q]);
    expect([0, 1, 2].map((i) => g1FromMontgomeryLE(powers, G1_BYTES * i))).to.deep.equal([p, G1_INFINITY, q]);
  });
});
