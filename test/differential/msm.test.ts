import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import { G1_INFINITY, g1Neg, type G1 } from "../../src/algebra/g1.js";
import { G1_BYTES, g1ToMontgomeryLE } from "../../src/algebra/montgomery.js";
import type { Fr } from "../../src/algebra/fr.js";
import type { IntVector } from "../../src/kernels/backend.js";
import { referenceMsm } from "../../src/kernels/reference/msm.js";
import { planElements, planIntegers } from "../../src/kernels/wasm/msm-plan.js";
import { msm } from "../../src/kernels/wasm/msm.js";
import { createInlinePool, type Pool } from "../../src/kernels/wasm/pool.js";
import { loadBuild } from "../../src/kernels/wasm/load.js";
import { packVector } from "../../src/kernels/wasm/vectors.js";
import { FR_ORDER } from "../../src/protocol/constants.js";
import { KERNEL_BUILDS } from "../support/kernel-backends.js";
import { seededRandom } from "../support/random.js";

const SEED = 90_210;
const MANY = 600;

/** The points `(i + 1)·G`. */
const POINTS: readonly G1[] = (() => {
  const { BASE, ZERO } = bn254.G1.Point;
  const points: (typeof BASE)[] = [];
  for (let sum = ZERO, i = 0; i < MANY; i++) points.push((sum = sum.add(BASE)));
  return points.map((point) => point.toAffine());
})();

function bytesOf(points: readonly G1[]): Uint8Array {
  const bytes = new Uint8Array(G1_BYTES * points.length);
  points.forEach((point, i) => {
    bytes.set(g1ToMontgomeryLE(point), G1_BYTES * i);
  });
  return bytes;
}

const ALL = bytesOf(POINTS);

/** Integers of at most that magnitude, the extremes among them. */
function integers(count: number, magnitude: number, seed: number): number[] {
  const random = seededRandom(seed);
  const values = Array.from({ length: count }, () => Math.round((2 * random() - 1) * magnitude));
  return [0, 1, -1, magnitude, -magnitude, ...values].slice(0, count);
}

function elements(count: number, seed: number): Fr[] {
  const random = seededRandom(seed);
  const values = Array.from({ length: count }, () => {
    let value = 0n;
    for (let i = 0; i < 9; i++) value = (value << 32n) | BigInt(Math.floor(random() * 2 ** 32));
    return value % FR_ORDER;
  });
  const edges = [0n, 1n, FR_ORDER - 1n, FR_ORDER - 2n, (FR_ORDER - 1n) / 2n, 1n << 253n, (1n << 253n) - 1n];
  return [...edges, ...values].slice(0, count) as Fr[];
}

for (const build of KERNEL_BUILDS) {
  describe(`multi-scalar multiplication, ${build} build (seed ${SEED})`, () => {
    let pool: Pool;
    before(async () => {
      const kernel = await loadBuild(build);
      if (kernel === undefined) throw new Error(`this host cannot run the ${build} build`);
      pool = createInlinePool(kernel);
    });

    const agrees = async (points: Uint8Array, scalars: IntVector, jobs = 1): Promise<void> => {
      expect(await msm({ ...pool, jobs }, points, scalars)).to.deep.equal(referenceMsm(points, scalars));
    };

    for (const magnitude of [1, 7, 200, 32_767, 32_768, 70_000, 2 ** 23 - 1, 2 ** 23, 2 ** 31 - 1]) {
      it(`agrees for 32-bit integers up to ${magnitude}`, async () => {
        await agrees(ALL, Int32Array.from(integers(100, magnitude, SEED + magnitude)));
      });
    }

    it("agrees for the extremes of 32 bits", async () => {
      await agrees(ALL, Int32Array.of(-(2 ** 31), 2 ** 31 - 1, -(2 ** 31), 0, 1));
    });

    it("agrees for integers up to 2^53 in float64", async () => {
      await agrees(ALL, Float64Array.from(integers(100, 2 ** 53 - 1, SEED)));
      await agrees(ALL, Float64Array.from(integers(100, 2 ** 33, SEED)));
      await agrees(ALL, Float64Array.from(integers(100, 12, SEED)));
    });

    it("agrees for no scalar, one, and zeros alone", async () => {
      expect(await msm(pool, ALL, new Int32Array(0))).to.deep.equal(G1_INFINITY);
      expect(await msm(pool, ALL, new Int32Array(9))).to.deep.equal(G1_INFINITY);
      expect(await msm(pool, ALL, await packVector(pool, elements(1, SEED)))).to.deep.equal(G1_INFINITY);
      await agrees(ALL, Int32Array.of(-77_777));
      await agrees(ALL, Int32Array.of(1));
    });

    it("agrees for equal points", async () => {
      const equal = bytesOf(Array.from({ length: 90 }, () => POINTS[4]!));
      await agrees(
        equal,
        Int32Array.from({ length: 90 }, () => 3),
      );
      await agrees(equal, Int32Array.from(integers(90, 40_000, SEED)));
    });

    it("agrees for points that cancel", async () => {
      const opposite = bytesOf(
        Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? POINTS[i]! : g1Neg(POINTS[i - 1]!))),
      );
      await agrees(
        opposite,
        Int32Array.from({ length: 80 }, () => 5),
      );
      await agrees(
        opposite,
        Int32Array.from({ length: 81 - 1 }, (_, i) => (i % 3 === 0 ? -5 : 5)),
      );
      await agrees(opposite, Int32Array.from(integers(80, 100, SEED)));
    });

    it("agrees with infinity among the points", async () => {
      const sparse = bytesOf(POINTS.slice(0, 120).map((point, i) => (i % 3 === 0 ? G1_INFINITY : point)));
      await agrees(sparse, Int32Array.from(integers(120, 9, SEED)));
      await agrees(bytesOf([G1_INFINITY, G1_INFINITY]), Int32Array.of(4, 4));
    });

    it("agrees for sums at infinity that meet others", async () => {
      const [p, q] = [POINTS[2]!, POINTS[9]!];
      await agrees(bytesOf([p, g1Neg(p), q, q, p, p]), Int32Array.of(3, 3, 3, -3, 3, 3));
      await agrees(bytesOf([p, g1Neg(p), p, g1Neg(p), q]), Int32Array.of(4, 4, 4, 4, 4));
    });

    it("agrees for many equal scalars, with rows and columns of buckets", async () => {
      await agrees(
        ALL,
        Int32Array.from({ length: MANY }, (_, i) => (i % 5) - 2),
      );
      await agrees(ALL, Int32Array.from(integers(MANY, 1000, SEED)));
    });

    it("agrees where more additions wait than a batch holds, many of them of equal points", async () => {
      const points = bytesOf(Array.from({ length: 5000 }, (_, i) => POINTS[i % 7]!));
      const totals = new Int32Array(7);
      const scalars = Int32Array.from({ length: 5000 }, (_, i) => (i % 5) - 2);
      scalars.forEach((scalar, i) => (totals[i % 7]! += scalar));
      expect(await msm(pool, points, scalars)).to.deep.equal(referenceMsm(ALL, totals));
    });

    it("agrees when several threads share the buckets", async () => {
      const split = { ...pool, jobs: 3 };
      const random = seededRandom(SEED);
      const points = bytesOf(Array.from({ length: 2 ** 13 }, (_, i) => POINTS[i % MANY]!));
      const scalars = Int32Array.from({ length: 2 ** 13 }, () => 1 + Math.floor(random() * 900));
      const totals = new Int32Array(MANY);
      scalars.forEach((scalar, i) => (totals[i % MANY]! += scalar));
      expect(await msm(split, points, scalars)).to.deep.equal(referenceMsm(ALL, totals));
    });

    for (const count of [2, 8, 150]) {
      it(`agrees for ${count} field elements`, async () => {
        const scalars = elements(count, SEED + count);
        for (const jobs of count === 150 ? [1, 2] : [1]) {
          const result = await msm({ ...pool, jobs }, ALL, await packVector(pool, scalars));
          expect(result).to.deep.equal(referenceMsm(ALL, scalars));
        }
      });
    }

    it("keeps several sets of points apart, and takes more of a set later", async () => {
      const sets = Array.from({ length: 7 }, (_, k) => bytesOf(POINTS.slice(k, k + 20)));
      for (const count of [3, 20])
        for (const set of sets) await agrees(set, Int32Array.from(integers(count, 50, SEED)));
    });

    it("refuses fewer points than scalars", async () => {
      const error = await msm(pool, ALL.subarray(0, G1_BYTES), Int32Array.of(1, 2)).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(RangeError);
    });
  });
}

describe("windows of a multi-scalar multiplication", () => {
  it("cover every scalar and split by count and magnitude", () => {
    expect(planIntegers(2 ** 20, 32_767n)).to.deep.include({ windows: 1, offset: 0n, largestLast: 32_767 });
    expect(planIntegers(2 ** 16, 32_767n)).to.deep.include({ windows: 1 });
    expect(planIntegers(2 ** 20, 2n ** 23n)).to.deep.include({ windows: 2 });
    for (const count of [1, 2 ** 10, 2 ** 16, 2 ** 20]) {
      const { windowBits, windows, offset, largestLast } = planElements(count);
      expect((FR_ORDER - 1n + offset) >> BigInt(windowBits * (windows - 1))).to.equal(BigInt(largestLast));
    }
  });
});
