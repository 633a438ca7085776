import { expect } from "chai";
import { FR_ONE, FR_ZERO, frNeg, frOf, type Fr } from "../../src/algebra/fr.js";
import type { Backend, FrVector, IntVector, LinearTerm } from "../../src/kernels/backend.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { KERNEL_BUILDS, kernelBackend } from "../support/kernel-backends.js";
import { integerIn, seededFr, seededRandom } from "../support/random.js";

const SEED = 50_231;
const MINUS_ONE = frNeg(FR_ONE);

/** A term whose vector each backend takes into its own form. */
interface Term {
  readonly weight: Fr;
  readonly vector: IntVector | readonly Fr[];
}

/** A vector with zeros, ones and minus ones among random elements. */
function mixed(length: number, random: () => Fr): Fr[] {
  return Array.from({ length }, (_, i) => [FR_ZERO, FR_ONE, MINUS_ONE][i % 7] ?? random());
}

for (const build of KERNEL_BUILDS) {
  describe(`vectors of field elements, ${build} build (seed ${SEED})`, () => {
    const fr = seededFr(SEED);
    const random = seededRandom(SEED);
    let one: Backend;
    let three: Backend;
    before(async () => {
      one = await kernelBackend(build);
      three = await kernelBackend(build, 3);
    });

    /** Both backends agree with the reference, however the work is cut. */
    async function agree(run: (backend: Backend, take: (values: readonly Fr[]) => Promise<FrVector>) => Promise<Fr[]>) {
      const expected = await run(referenceBackend, (values) => referenceBackend.fromFr(values));
      for (const backend of [one, three]) {
        expect(await run(backend, (values) => backend.fromFr(values))).to.deep.equal(expected);
      }
    }

    async function agreeCombined(length: number, terms: readonly Term[]): Promise<void> {
      await agree(async (backend, take) => {
        const taken: LinearTerm[] = [];
        for (const { weight, vector } of terms) {
          taken.push({ weight, vector: Array.isArray(vector) ? await take(vector) : vector });
        }
        return backend.toFr(await backend.linearCombination(length, taken));
      });
    }

    const ints = (length: number, bound: number): Int32Array =>
      Int32Array.from({ length }, () => integerIn(random, -bound, bound));

    it("come back as they were given", async () => {
      for (const length of [0, 1, 2, 3, 5, 4096, 4099]) {
        const values = mixed(length, fr);
        for (const backend of [one, three]) {
          const vector = await backend.fromFr(values);
          expect(vector.length).to.equal(length);
          expect(await backend.toFr(vector)).to.deep.equal(values);
        }
      }
    });

    it("agree in combinations of every kind of vector, of odd and of missing lengths", async () => {
      for (const length of [0, 1, 2, 63, 65, 1024, 1025, 3001]) {
        await agreeCombined(length, [
          { weight: fr(), vector: mixed(length, fr) },
          { weight: fr(), vector: ints(length, 2 ** 15) },
          { weight: fr(), vector: ints(Math.floor(length / 2), 2 ** 31 - 1) },
          { weight: fr(), vector: Float64Array.from({ length }, () => integerIn(random, -(2 ** 52), 2 ** 52)) },
          { weight: FR_ZERO, vector: mixed(length, fr) },
          { weight: MINUS_ONE, vector: mixed(Math.max(0, length - 1), fr) },
        ]);
      }
    });

    it("agree in combinations of nothing and of zeros", async () => {
      await agreeCombined(5, []);
      await agreeCombined(70, [{ weight: fr(), vector: new Int32Array(70) }]);
      await agreeCombined(70, [{ weight: FR_ZERO, vector: new Array<Fr>(70).fill(MINUS_ONE) }]);
    });

    it("agree in combinations of more terms than are summed unreduced", async () => {
      const largest = new Int32Array(66).fill(2 ** 31 - 1);
      await agreeCombined(
        66,
        Array.from({ length: 600 }, (_, i) => ({ weight: i % 2 === 0 ? MINUS_ONE : fr(), vector: largest })),
      );
      const most = new Array<Fr>(66).fill(MINUS_ONE);
      await agreeCombined(
        66,
        Array.from({ length: 200 }, () => ({ weight: MINUS_ONE, vector: most })),
      );
    });

    it("agree for integers at both ends of 32 bits, and at the limbs of larger ones", async () => {
      await agreeCombined(4, [{ weight: fr(), vector: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, -1, 1) }]);
      const around = [0, 2 ** 29, 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 52].flatMap((x) => [x - 1, x, x + 1, 1 - x, -x]);
      await agreeCombined(30, [
        { weight: fr(), vector: Float64Array.from([...around, 2 ** 53 - 1, 1 - 2 ** 53]).subarray(2) },
      ]);
    });

    it("agree in evaluations of multilinear extensions", async () => {
      for (const variables of [0, 1, 2, 5, 8, 13]) {
        const [values, point] = [mixed(2 ** variables, fr), mixed(variables, fr)];
        await agree(async (backend, take) => [await backend.evaluateMultilinear(await take(values), point)]);
      }
    });

    it("agree in inner products of rows", async () => {
      for (const [rows, length] of [
        [0, 4],
        [1, 1],
        [7, 1],
        [5, 3],
        [64, 64],
        [3, 300],
        [2049, 2],
      ] as const) {
        const [values, weights] = [mixed(rows * length, fr), mixed(length, fr)];
        await agree(async (backend, take) => backend.toFr(await backend.foldLow(await take(values), weights)));
      }
    });

    it("refuse what is too long and what is another backend's", async () => {
      const vector = await one.fromFr([FR_ONE, FR_ONE]);
      const longer = one.linearCombination.bind(one, 1, [{ weight: FR_ONE, vector }]);
      expect(longer).to.throw(RangeError, "2 elements, expected at most 1");
      const foreign = await kernelBackend(build === "fused" ? "plain" : "fused");
      for (const backend of [foreign, referenceBackend]) {
        const error = await Promise.resolve()
          .then(() => backend.toFr(vector))
          .catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(TypeError);
      }
    });

    it("leave the vectors they read as they were", async () => {
      const [values, numbers] = [mixed(9, fr), Int32Array.of(1, -2, 3)];
      const vector = await one.fromFr(values);
      await one.linearCombination(9, [
        { weight: frOf(3), vector },
        { weight: frOf(4), vector: numbers },
      ]);
      await one.foldLow(vector, mixed(3, fr));
      await one.divideByBinomial(vector, 3, fr());
      await one.divideByLinear(vector, fr());
      expect(await one.toFr(vector)).to.deep.equal(values);
      expect([...numbers]).to.deep.equal([1, -2, 3]);
    });
  });
}
