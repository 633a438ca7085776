import { expect } from "chai";
import { FR_ONE, FR_ZERO, frAdd, frMul, frOf, frPow, type Fr } from "../../../src/algebra/fr.js";
import { lagrangeAt, rootOfUnity } from "../../../src/groth16/setup/lagrange.js";
import { seededFr } from "../../support/random.js";

const SEED = 20260102;
const LOG = 5;
const SIZE = 2 ** LOG;

const combine = (values: readonly Fr[], basis: readonly Fr[]): Fr =>
  values.reduce((sum, value, i) => frAdd(sum, frMul(value, basis[i] ?? FR_ZERO)), FR_ZERO);

describe("Lagrange basis at tau", () => {
  it(`reproduces polynomials of degree below the domain's size (seed ${SEED})`, () => {
    const random = seededFr(SEED);
    const tau = random();
    const basis = lagrangeAt(tau, LOG);
    const root = rootOfUnity(LOG);
    const domain = Array.from({ length: SIZE }, (_, i) => frPow(root, i));
    for (const degree of [0, 1, 7, SIZE - 1]) {
      const values = domain.map((point) => frPow(point, degree));
      expect(combine(values, basis), `X^${degree}`).to.equal(frPow(tau, degree));
    }
  });

  it("takes every second polynomial when asked for the odd points", () => {
    const tau = frOf(12345);
    const all = lagrangeAt(tau, LOG);
    expect(lagrangeAt(tau, LOG, 1, 2)).to.deep.equal(all.filter((_, i) => i % 2 === 1));
  });

  it("has roots of exact order", () => {
    const root = rootOfUnity(LOG);
    expect(frPow(root, SIZE)).to.equal(FR_ONE);
    expect(frPow(root, SIZE / 2)).to.not.equal(FR_ONE);
    // The root of order 2^28 that circom and snarkjs publish.
    expect(rootOfUnity(28)).to.equal(19103219067921713944291392827692070036145651957329286315305642004821462161904n);
    expect(() => rootOfUnity(29)).to.throw(RangeError);
  });

  it("refuses a tau inside the domain", () => {
    expect(() => lagrangeAt(rootOfUnity(LOG), LOG)).to.throw(RangeError, "tau lies in the domain");
  });
});
