import { expect } from "chai";
import { readUint256LE, viewOf, writeUint256LE } from "../../src/algebra/little-endian.js";
import type { Kernel } from "../../src/kernels/wasm/kernel.js";
import { loadBuild } from "../../src/kernels/wasm/load.js";
import { FQ_ORDER, FR_ORDER } from "../../src/protocol/constants.js";
import { seededRandom } from "../support/random.js";

const SEED = 20_406;

/** Canonical integers as 32-byte little-endian words. */
function wordsOf(values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(32 * values.length);
  values.forEach((value, i) => writeUint256LE(viewOf(bytes), 32 * i, value));
  return bytes;
}

function integersOf(bytes: Uint8Array): bigint[] {
  return Array.from({ length: bytes.length / 32 }, (_, i) => readUint256LE(viewOf(bytes), 32 * i));
}

/** Edge values and random ones below the order. */
function sample(order: bigint, count: number, seed: number): bigint[] {
  const random = seededRandom(seed);
  const edges = [0n, 1n, order - 1n, 2n, order - 2n, (1n << 51n) - 1n, (1n << 253n) - 1n, (order - 1n) / 2n];
  while (edges.length < count) {
    let value = 0n;
    for (let i = 0; i < 10; i++) value = (value << 32n) | BigInt(Math.floor(random() * 2 ** 32));
    edges.push(value % order);
  }
  return edges.slice(0, count);
}

/** Values whose Montgomery forms have digits at the ends of their ranges in one of the builds, and the sample. */
function extremes(order: bigint, seed: number): bigint[] {
  const patterns: bigint[] = [];
  for (const bits of [24n, 51n]) {
    const limbs = bits === 51n ? 5n : 11n;
    const inverse = inverseOf(1n << (bits * limbs), order);
    const half = 1n << (bits - 1n);
    for (const [even, odd] of [
      [half, half],
      [half - 1n, half - 1n],
      [half, half - 1n],
      [half - 1n, half],
      [1n, half],
    ]) {
      let stored = 0n;
      for (let k = 0n; k < limbs - 1n; k++) stored += (k % 2n === 0n ? even! : odd!) << (bits * k);
      const top = (order >> (bits * (limbs - 1n))) - 1n;
      for (const value of [stored, stored + (top << (bits * (limbs - 1n)))]) patterns.push((value * inverse) % order);
    }
  }
  return [...patterns, ...sample(order, 14, seed)];
}

function inverseOf(a: bigint, order: bigint): bigint {
  let result = 1n;
  for (let base = a % order, e = order - 2n; e > 0n; e >>= 1n, base = (base * base) % order) {
    if (e & 1n) result = (result * base) % order;
  }
  return result;
}

for (const build of ["fused", "plain"] as const) {
  describe(`field kernels, ${build} build (seed ${SEED})`, () => {
    let kernel: Kernel;
    before(async () => {
      const loaded = await loadBuild(build);
      if (loaded === undefined) throw new Error(`this host cannot run the ${build} build`);
      kernel = loaded;
    });

    const FIELDS = [
      { name: "Fr", order: FR_ORDER, from: "frFromCanonical", to: "frToCanonical", multiply: "frMulVectors" },
      { name: "Fq", order: FQ_ORDER, from: "fqFromCanonical", to: "fqToCanonical", multiply: "fqMulVectors" },
    ] as const;

    for (const { name, order, from, to, multiply } of FIELDS) {
      it(`converts and multiplies in ${name} for every pair of edge values`, () => {
        const values = sample(order, 24, SEED);
        const x = values.flatMap((a) => values.map(() => a));
        const y = values.flatMap(() => values);
        const products = kernel.scope(() => {
          const a = kernel.write(wordsOf(x));
          const b = kernel.write(wordsOf(y));
          kernel.exports[from](a, a, x.length);
          kernel.exports[from](b, b, y.length);
          kernel.exports[multiply](a, a, b, x.length);
          kernel.exports[to](a, a, x.length);
          return integersOf(kernel.read(a, 32 * x.length));
        });
        expect(products).to.deep.equal(x.map((a, i) => (a * y[i]!) % order));
      });
    }

    for (const { name, order, from, to, lazy } of [
      { ...FIELDS[0], lazy: "frLazyProducts" },
      { ...FIELDS[1], lazy: "fqLazyProducts" },
    ] as const) {
      it(`multiplies and squares lazy sums and differences in ${name}, odd counts and in place`, () => {
        const values = extremes(order, SEED + 2);
        const x = values.flatMap((a) => values.map(() => a));
        const y = values.flatMap(() => values);
        for (const count of [0, 1, x.length]) {
          const results = kernel.scope(() => {
            const a = kernel.write(wordsOf(x));
            const b = kernel.write(wordsOf(y));
            kernel.exports[from](a, a, count);
            kernel.exports[from](b, b, count);
            kernel.exports[lazy](a, a, b, count);
            kernel.exports[to](a, a, count);
            return integersOf(kernel.read(a, 32 * count));
          });
          const expected = x.slice(0, count).map((a, i) => {
            const cubed = (a + y[i]!) ** 3n * (a - y[i]!);
            return ((cubed % order) + order) % order;
          });
          expect(results).to.deep.equal(expected);
        }
      });
    }

    it("adds two lazy products with one reduction", () => {
      const values = extremes(FR_ORDER, SEED + 5);
      const x = values.flatMap((a) => values.map(() => a));
      const y = values.flatMap(() => values);
      const results = kernel.scope(() => {
        const a = kernel.write(wordsOf(x));
        const b = kernel.write(wordsOf(y));
        kernel.exports.frFromCanonical(a, a, x.length);
        kernel.exports.frFromCanonical(b, b, x.length);
        kernel.exports.frLazyProductSums(a, a, b, x.length);
        kernel.exports.frToCanonical(a, a, x.length);
        return integersOf(kernel.read(a, 32 * x.length));
      });
      expect(results).to.deep.equal(x.map((a, i) => (2n * (a + y[i]!) ** 2n) % FR_ORDER));
    });

    it("accumulates lazy products up to the limit between reductions", () => {
      for (const edge of extremes(FR_ORDER, SEED + 3)) {
        const x = Array.from({ length: 130 }, () => edge);
        const [sum] = kernel.scope(() => {
          const a = kernel.write(wordsOf(x));
          kernel.exports.frFromCanonical(a, a, x.length);
          kernel.exports.frSumOfSquares(a, a, a, x.length);
          kernel.exports.frToCanonical(a, a, 1);
          return integersOf(kernel.read(a, 32));
        });
        expect(sum).to.equal((130n * 4n * edge * edge) % FR_ORDER);
      }
    });

    it("accumulates lazy integer products up to the limit between reductions", () => {
      for (const edge of extremes(FR_ORDER, SEED + 4)) {
        for (const int of [2 ** 31 - 1, -(2 ** 31) + 1, 2 ** 23, -(2 ** 23) - 1, 0]) {
          const x = Array.from({ length: 513 }, () => edge);
          const [sum] = kernel.scope(() => {
            const a = kernel.write(wordsOf(x));
            const ints = kernel.write(Int32Array.from(x, () => int));
            kernel.exports.frFromCanonical(a, a, x.length);
            kernel.exports.frSumWithInts(a, a, a, ints, x.length);
            kernel.exports.frToCanonical(a, a, 1);
            return integersOf(kernel.read(a, 32));
          });
          const expected = (1026n * edge * BigInt(int)) % FR_ORDER;
          expect(sum).to.equal(expected < 0n ? expected + FR_ORDER : expected);
        }
      }
    });

    it("takes signed integers into Fr", () => {
      const ints = Int32Array.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 12345, -9876543);
      const values = kernel.scope(() => {
        const out = kernel.alloc(32 * ints.length);
        kernel.exports.frFromInts(out, kernel.write(ints), ints.length);
        kernel.exports.frToCanonical(out, out, ints.length);
        return integersOf(kernel.read(out, 32 * ints.length));
      });
      expect(values).to.deep.equal(Array.from(ints, (i) => (BigInt(i) + FR_ORDER) % FR_ORDER));
    });

    it("converts ceremony coordinates both ways", () => {
      const values = sample(FQ_ORDER, 21, SEED + 1);
      const montgomery = values.map((v) => (v << 256n) % FQ_ORDER);
      kernel.scope(() => {
        const a = kernel.write(wordsOf(montgomery));
        const b = kernel.alloc(32 * values.length);
        kernel.exports.fqFromMontgomery256(b, a, values.length);
        kernel.exports.fqToMontgomery256(a, b, values.length);
        kernel.exports.fqToCanonical(b, b, values.length);
        expect(integersOf(kernel.read(a, 32 * values.length))).to.deep.equal(montgomery);
        expect(integersOf(kernel.read(b, 32 * values.length))).to.deep.equal(values);
      });
    });
  });
}
