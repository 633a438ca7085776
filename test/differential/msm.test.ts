import { expect } from "chai";
import { G1_GENERATOR, G1_INFINITY, g1Mul, g1Neg, type G1 } from "../../src/curve/g1.js";
import { FR_ONE, FR_ZERO, frNeg, frOf, type Fr } from "../../src/field/fr.js";
import type { Backend, IntVector } from "../../src/kernels/backend.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { chooseWindows, windowBias } from "../../src/kernels/wasm/msm-windows.js";
import { KERNEL_BUILDS, kernelBackend } from "../support/kernel-backends.js";
import { packPoints } from "../support/points.js";
import { integerIn, seededFr, seededRandom } from "../support/random.js";

const SEED = 41;

for (const build of KERNEL_BUILDS) {
  describe(`multi-scalar multiplication, build ${build} (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const randomFr = seededFr(SEED);
    const points = Array.from({ length: 60 }, () => g1Mul(G1_GENERATOR, randomFr()));
    const [p, q] = points as [G1, G1];
    const minusOne = frNeg(FR_ONE);

    let backend: Backend;
    before(async () => {
      backend = await kernelBackend(build, 2);
    });

    async function expectSum(bases: readonly G1[], scalars: IntVector | readonly Fr[], label: string): Promise<void> {
      const powers = packPoints(bases);
      const sumBy = async (of: Backend): Promise<G1> =>
        of.msm(powers, Array.isArray(scalars) ? await of.fromFr(scalars as readonly Fr[]) : scalars);
      expect(await sumBy(backend), label).to.deep.equal(await sumBy(referenceBackend));
    }

    it("agrees for field elements", async () => {
      for (const count of [1, 2, 3, 31, 60])
        await expectSum(points, Array.from({ length: count }, randomFr), `${count}`);
    });

    it("agrees for signed integers of every width", async () => {
      for (const bound of [1, 2, 127, 128, 2 ** 15, 2 ** 16, 2 ** 24, 2 ** 31 - 1, 2 ** 32, 2 ** 52]) {
        const values = Float64Array.from({ length: 60 }, () => integerIn(random, -bound, bound));
        values.set([bound, -bound, 0]);
        await expectSum(points, values, `up to ${bound}`);
      }
      await expectSum(points, Int32Array.from([-(2 ** 31), 2 ** 31 - 1, 0, -1, 1]), "the ends of int32");
    });

    const edges: [string, readonly G1[], Fr[] | IntVector][] = [
      ["no scalar", [p, q], []],
      ["no integer", [p, q], new Int32Array()],
      ["one zero", [p], [FR_ZERO]],
      ["only zeros", [p, q, p], new Int32Array(3)],
      ["one and minus one", [p, q], [FR_ONE, minusOne]],
      ["p - 1 and p - 2", [p, q], [minusOne, frOf(-2)]],
      ["equal points", [p, p, p, p], [frOf(5), frOf(5), frOf(7), frOf(1)]],
      ["equal points with equal integers", Array<G1>(37).fill(p), new Int32Array(37).fill(9)],
      ["opposite points with equal scalars", [p, g1Neg(p)], [frOf(5), frOf(5)]],
      ["equal points with opposite integers", [p, p], Int32Array.of(6, -6)],
      ["opposite points with equal integers", [p, g1Neg(p), q, g1Neg(q), p], Int32Array.of(4, 4, 4, 4, 4)],
      ["sums at infinity that meet others", [p, g1Neg(p), q, q, p, p], Int32Array.of(3, 3, 3, -3, 3, 3)],
      ["infinity among the points", [p, G1_INFINITY, q, G1_INFINITY], Int32Array.of(2, 3, 5, 2)],
      ["only infinity", [G1_INFINITY, G1_INFINITY], Int32Array.of(1, -1)],
      ["the largest scalar everywhere", [p, q, p, q], [minusOne, minusOne, minusOne, minusOne]],
    ];
    for (const [label, bases, scalars] of edges) {
      it(`agrees for ${label}`, () => expectSum(bases, scalars, label));
    }

    it("agrees where more additions wait than a batch holds, most of them of equal points", async () => {
      const bases = Array.from({ length: 5000 }, (_, i) => points[i % 7] ?? p);
      const values = Int32Array.from(bases, (_, i) => (i % 5) - 2);
      const sums = points
        .slice(0, 7)
        .map((_, k) => values.reduce((sum, value, i) => (i % 7 === k ? sum + value : sum), 0));
      const expected = await referenceBackend.msm(packPoints(points), Int32Array.from(sums));
      expect(await backend.msm(packPoints(bases), values)).to.deep.equal(expected);
    });

    it("keeps its tables of bases apart", async () => {
      const [many, others] = [points, points.toReversed()].map((list) =>
        packPoints(Array.from({ length: 4100 }, (_, i) => list[i % 60] ?? p)),
      ) as [Uint8Array, Uint8Array];
      const values = Int32Array.from({ length: 60 }, (_, i) => i - 30);
      for (const powers of [many, others, many]) {
        expect(await backend.msm(powers, values)).to.deep.equal(await referenceBackend.msm(powers, values));
      }
    });

    it("refuses more scalars than points", async () => {
      const error = await backend.msm(packPoints([p]), Int32Array.of(1, 1)).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(RangeError).with.property("message", "msm: 2 scalars but only 1 points");
    });
  });
}

describe("windows of signed digits", () => {
  it("hold every scalar of the magnitude they were chosen for", () => {
    for (const magnitude of [1n, 2n, 127n, 128n, 65535n, 2n ** 31n, 2n ** 53n, 2n ** 254n - 1n]) {
      for (const count of [1, 300, 2 ** 16, 2 ** 20]) {
        const windows = chooseWindows(count, magnitude);
        for (const scalar of [magnitude, -magnitude, 0n]) {
          const biased = scalar + windowBias(windows);
          expect(
            biased >= 0n && biased < 1n << BigInt(windows.bits * windows.count),
            `${magnitude}, ${count}`,
          ).to.equal(true);
        }
      }
    }
  });

  it("are few for many small scalars and narrow for few", () => {
    expect(chooseWindows(2 ** 20, 2n ** 15n - 1n).count).to.equal(1);
    expect(chooseWindows(100, 2n ** 15n).bits).to.be.lessThan(10);
  });
});
