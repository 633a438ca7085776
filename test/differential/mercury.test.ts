import { expect } from "chai";
import { G1_GENERATOR, g1Mul } from "../../src/algebra/g1.js";
import { FR_ONE, FR_ZERO, frNeg, type Fr } from "../../src/algebra/fr.js";
import type { Backend } from "../../src/kernels/backend.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { openMercury } from "../../src/argument/mercury/open.js";
import { eqTable } from "../../src/algebra/eq.js";
import { evaluate, innerProduct } from "../../src/algebra/univariate.js";
import { KERNEL_BUILDS, kernelBackend } from "../support/kernel-backends.js";
import { seededFr } from "../support/random.js";

const SEED = 50_232;

for (const build of KERNEL_BUILDS) {
  describe(`Mercury's divisions, ${build} build (seed ${SEED})`, () => {
    const fr = seededFr(SEED);
    const draw = (length: number): Fr[] => Array.from({ length }, fr);
    const points = [FR_ZERO, FR_ONE, frNeg(FR_ONE), fr()];
    let backends: Backend[];
    before(async () => {
      backends = [await kernelBackend(build), await kernelBackend(build, 3)];
    });

    it("agree for binomials, down to a single row and a single column", async () => {
      for (const [rows, b] of [
        [1, 1],
        [1, 5],
        [6, 1],
        [2, 2],
        [5, 3],
        [16, 16],
        [3, 1025],
      ] as const) {
        for (const alpha of points) {
          const values = draw(rows * b);
          const expected = await referenceBackend.divideByBinomial(await referenceBackend.fromFr(values), b, alpha);
          for (const backend of backends) {
            const { quotient, remainder } = await backend.divideByBinomial(await backend.fromFr(values), b, alpha);
            expect(await backend.toFr(quotient)).to.deep.equal(await referenceBackend.toFr(expected.quotient));
            expect(await backend.toFr(remainder)).to.deep.equal(await referenceBackend.toFr(expected.remainder));
          }
        }
      }
    });

    it("agree for linear factors, for lengths around those of segments", async () => {
      for (const length of [0, 1, 2, 3, 4, 5, 9, 4039, 4040, 4041, 5051, 9000]) {
        for (const x of length < 100 ? points : points.slice(2)) {
          const values = draw(length);
          const expected = await referenceBackend.divideByLinear(await referenceBackend.fromFr(values), x);
          for (const backend of backends) {
            const quotient = await backend.divideByLinear(await backend.fromFr(values), x);
            expect(await backend.toFr(quotient), `length ${length}`).to.deep.equal(
              await referenceBackend.toFr(expected),
            );
          }
        }
      }
    });

    it("agree in the whole opening, message by message", async () => {
      const tau = fr();
      for (const ell of [2, 4, 10]) {
        const [coefficients, point] = [draw(2 ** ell), draw(ell)];
        const value = innerProduct(eqTable(point), coefficients);
        const proveWith = async (backend: Backend) =>
          openMercury(
            { combined: await backend.fromFr(coefficients), point, value, blinding: FR_ONE, seedWords: [7n] },
            backend,
            async (vector) => g1Mul(G1_GENERATOR, evaluate(await backend.toFr(vector), tau)),
          );
        const expected = await proveWith(referenceBackend);
        for (const backend of backends) expect(await proveWith(backend)).to.deep.equal(expected);
      }
    });
  });
}
