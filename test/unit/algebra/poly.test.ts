import { expect } from "chai";
import { FR_ONE, FR_ZERO, frAdd, frMul, frOf, frPow, frSub, type Fr } from "../../../src/algebra/fr.js";
import { eqAt, eqTable } from "../../../src/algebra/eq.js";
import { divideByLinear, evaluate, innerProduct, multiply, sum } from "../../../src/algebra/univariate.js";
import { seededFr } from "../../support/random.js";

const SEED = 5;
const random = seededFr(SEED);
const bits = (x: number, count: number): Fr[] => Array.from({ length: count }, (_, j) => frOf((x >> j) & 1));

describe(`eq polynomial (seed ${SEED})`, () => {
  it("has the product of its definition at every corner, least significant variable first", () => {
    const point = Array.from({ length: 5 }, random);
    const table = eqTable(point);
    expect(table).to.have.length(32);
    table.forEach((value, x) => {
      const product = bits(x, 5).reduce<Fr>(
        (total, bit, j) => frMul(total, bit === FR_ONE ? point[j]! : frSub(FR_ONE, point[j]!)),
        FR_ONE,
      );
      expect(value, `x = ${x}`).to.equal(product);
      expect(eqAt(point, bits(x, 5))).to.equal(product);
    });
  });

  it("sums to one and picks a corner's value", () => {
    expect(sum(eqTable(Array.from({ length: 4 }, random)))).to.equal(FR_ONE);
    const values = Array.from({ length: 8 }, random);
    expect(innerProduct(eqTable(bits(6, 3)), values)).to.equal(values[6]);
  });

  it("is symmetric, and the empty product without variables", () => {
    const [a, b] = [Array.from({ length: 3 }, random), Array.from({ length: 3 }, random)];
    expect(eqAt(a, b)).to.equal(eqAt(b, a));
    expect(eqAt(a, b)).to.equal(innerProduct(eqTable(a), eqTable(b)));
    expect(eqTable([])).to.deep.equal([FR_ONE]);
    expect(eqAt([], [])).to.equal(FR_ONE);
  });

  it("refuses points of different lengths", () => {
    expect(() => eqAt([FR_ONE], [])).to.throw(RangeError, "1 and 0 coordinates");
  });
});

describe("univariate polynomials", () => {
  it("evaluate as the sum of their powers", () => {
    const coefficients = Array.from({ length: 6 }, random);
    const x = random();
    const expected = coefficients.reduce<Fr>((total, c, i) => frAdd(total, frMul(c, frPow(x, i))), FR_ZERO);
    expect(evaluate(coefficients, x)).to.equal(expected);
    expect(evaluate(coefficients, FR_ZERO)).to.equal(coefficients[0]);
    expect(evaluate([], x)).to.equal(FR_ZERO);
  });

  it("refuse inner products of unequal lengths", () => {
    expect(() => innerProduct([FR_ONE], [])).to.throw(RangeError, "1 and 0 elements");
  });
});

describe(`products and quotients of polynomials (seed ${SEED})`, () => {
  const draw = (length: number): Fr[] => Array.from({ length }, random);

  it("multiply as their definition says, with the largest coefficients too", () => {
    const largest = new Array<Fr>(20).fill(frSub(FR_ZERO, FR_ONE));
    for (const [a, b] of [
      [draw(5), draw(3)],
      [[random()], draw(4)],
      [largest, largest],
      [[FR_ZERO, FR_ZERO], draw(2)],
    ] as [Fr[], Fr[]][]) {
      const expected = new Array<Fr>(a.length + b.length - 1).fill(FR_ZERO);
      a.forEach((x, i) => {
        b.forEach((y, j) => (expected[i + j] = frAdd(expected[i + j]!, frMul(x, y))));
      });
      expect(multiply(a, b)).to.deep.equal(expected);
    }
    expect(multiply([], draw(2))).to.deep.equal([]);
  });

  it("divide by a linear factor, dropping the remainder", () => {
    const [f, x, y] = [draw(9), random(), random()];
    const quotient = divideByLinear(f, x);
    expect(quotient).to.have.length(8);
    expect(frMul(frSub(y, x), evaluate(quotient, y))).to.equal(frSub(evaluate(f, y), evaluate(f, x)));
    expect(divideByLinear([x], y)).to.deep.equal([]);
    expect(divideByLinear([], y)).to.deep.equal([]);
  });
});
