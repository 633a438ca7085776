import { expect } from "chai";
import fc from "fast-check";
import { InputError } from "../../../src/errors/errors.js";
import {
  largestFractionBits,
  MAX_FRACTION_BITS,
  MIN_FRACTION_BITS,
  quantizeInto,
  roundScaled,
} from "../../../src/quantize/round.js";
import { expectError } from "../../support/rejects.js";

/** A float64 as the exact rational `mantissa·2^exponent`. */
function exactly(w: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, w);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n === 1n ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

/** `roundHalfEven(w·2^f)` over the rationals. */
function reference(w: number, f: number): bigint {
  const { mantissa, exponent } = exactly(w);
  const shift = exponent + f;
  if (shift >= 0) return mantissa << BigInt(shift);
  const divisor = 1n << BigInt(-shift);
  const abs = mantissa < 0n ? -mantissa : mantissa;
  const quotient = abs / divisor;
  const twice = 2n * (abs % divisor);
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return mantissa < 0n ? -rounded : rounded;
}

const LIMIT = 2n ** 31n;
const place = { file: "m.safetensors", tensor: "w", index: 0 };
const fractionBits = fc.integer({ min: MIN_FRACTION_BITS, max: MAX_FRACTION_BITS });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
/** Numbers whose product with `2^f` is near a half. */
const nearHalf = fc
  .record({
    k: fc.integer({ min: -(2 ** 31) - 2, max: 2 ** 31 + 2 }),
    f: fractionBits,
    ulps: fc.integer({ min: -2, max: 2 }),
  })
  .map(({ k, f, ulps }) => ({ w: (k + 0.5) * 2 ** -f * (1 + ulps * Number.EPSILON), f }));
const anyWeight = fc.oneof(fc.record({ w: finite, f: fractionBits }), nearHalf);

function quantize(w: number, f: number): number | undefined {
  const out = new Int32Array(1);
  try {
    quantizeInto(out, 0, Float64Array.of(w), f, place);
  } catch (error) {
    expect(error).to.be.instanceOf(InputError);
    return undefined;
  }
  return out[0];
}

describe("roundHalfEven(w·2^f)", () => {
  it("is exact, and refuses exactly |q| >= 2^31", () => {
    fc.assert(
      fc.property(anyWeight, ({ w, f }) => {
        const expected = reference(w, f);
        const actual = quantize(w, f);
        if (expected <= -LIMIT || expected >= LIMIT) expect(actual).to.equal(undefined);
        else {
          expect(actual).to.equal(Number(expected));
          expect(Object.is(roundScaled(w, f), Number(expected))).to.equal(true);
        }
      }),
      { numRuns: 4000 },
    );
  });

  it("is exact for chunks of float32 bits: subnormals, halves, -0, largest values", () => {
    const float32 = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(-0, 2 ** -149, -(2 ** -149), 2 ** -126 - 2 ** -149, 3.4028234663852886e38, 2 ** 31 - 128),
      fc.integer({ min: -(2 ** 23), max: 2 ** 23 }).map((k) => k + 0.5),
    );
    fc.assert(
      fc.property(fc.array(float32, { maxLength: 40 }), fractionBits, (weights, f) => {
        const out = new Int32Array(weights.length + 1);
        const expected = weights.map((w) => reference(w, f));
        const wrong = expected.findIndex((q) => q >= LIMIT || q <= -LIMIT);
        const run = (): void => {
          quantizeInto(out, 1, Float64Array.from(weights), f, { ...place, index: 7 });
        };
        if (wrong >= 0) expect(run).to.throw(InputError, `index ${wrong + 7}:`);
        else {
          run();
          expect(Array.from(out)).to.deep.equal([0, ...expected.map(Number)]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("rounds halves to even", () => {
    const halves = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2 ** 31 - 1.5, -(2 ** 31) + 1.5];
    expect(halves.map((w) => quantize(w, 0))).to.deep.equal([0, 2, 2, 0, -2, -2, 2 ** 31 - 2, -(2 ** 31) + 2]);
    expect(quantize(2 ** 31 - 0.5, 0)).to.equal(undefined);
    expect(quantize(-(2 ** 31) + 0.5, 0)).to.equal(undefined);
  });

  it("rounds subnormals and zeros to 0", () => {
    for (const w of [0, -0, 5e-324, -5e-324, 2 ** -1022]) {
      for (const f of [MIN_FRACTION_BITS, 0, MAX_FRACTION_BITS]) expect(quantize(w, f)).to.equal(0);
    }
  });

  it("scales by exact powers of two", () => {
    for (let f = MIN_FRACTION_BITS; f <= MAX_FRACTION_BITS; f++) {
      let power = 1;
      for (let i = 0; i < Math.abs(f); i++) power *= f < 0 ? 0.5 : 2;
      expect(2 ** f).to.equal(power);
    }
  });

  it("names the tensor, the index and the largest f that fits", () =>
    expectError(
      () => {
        quantizeInto(new Int32Array(3), 0, Float64Array.of(1, 2, -1000), 24, { ...place, index: 40 });
      },
      InputError,
      "m.safetensors",
      '"w"',
      "index 42",
      "-1000",
      "24 fraction bits",
      "at most 21",
    ));

  it("names NaN and infinities", async () => {
    for (const w of [NaN, Infinity, -Infinity]) {
      const run = (): void => {
        quantizeInto(new Int32Array(1), 0, Float64Array.of(w), 0, place);
      };
      await expectError(run, InputError, '"w"', "index 0", String(w), "finite");
    }
  });

  it("finds the largest f that fits", () => {
    fc.assert(
      fc.property(finite, (w) => {
        const f = largestFractionBits(w);
        const fits = (bits: number): boolean => {
          const q = reference(w, bits);
          return q < LIMIT && q > -LIMIT;
        };
        if (f === undefined) expect(fits(MIN_FRACTION_BITS)).to.equal(false);
        else expect(fits(f) && (f === MAX_FRACTION_BITS || !fits(f + 1))).to.equal(true);
      }),
      { numRuns: 1000 },
    );
    expect(largestFractionBits(1)).to.equal(30);
    expect(largestFractionBits(1 - 2 ** -40)).to.equal(30);
    expect(largestFractionBits(1 - 2 ** -31)).to.equal(31);
  });
});
