import { InputError } from "../errors/errors.js";
import { WEIGHT_BITS } from "../protocol/constants.js";

/** Smallest `f`: 2^128 exceeds every float32, and times 2^-128 it is far below the limit. */
export const MIN_FRACTION_BITS = -128;
/** Largest `f`. */
export const MAX_FRACTION_BITS = 64;

const LIMIT = 2 ** WEIGHT_BITS;
/** Adding this leaves no bits below 1, so the addition rounds to a whole number, halves to even. */
const ROUNDING = 1.5 * 2 ** 52;

/** Where a weight stands, for messages. */
export interface WeightPlace {
  readonly file: string;
  readonly tensor: string;
  /** Row-major index in the tensor. */
  readonly index: number;
}

/** Throws `InputError` unless `f` is a whole number in the supported range. `label` names it. */
export function assertFractionBits(f: number, label: string): void {
  if (!Number.isInteger(f) || f < MIN_FRACTION_BITS || f > MAX_FRACTION_BITS) {
    throw new InputError(
      `${label}: fractionBits is ${f}, not a whole number from ${MIN_FRACTION_BITS} to ${MAX_FRACTION_BITS}`,
    );
  }
}

/**
 * `roundHalfEven(w·2^f)`, exact (PROTOCOL 2). The product is exact in float64 unless it overflows to infinity or
 * underflows below 2^-1022; the result then is infinite or 0 as it must be. Not range-checked; NaN stays NaN.
 *
 * For `|x| < 2^51` the sum `x + 1.5·2^52` lies where float64 has steps of 1, so it is rounded as IEEE 754 rounds:
 * half to even. Larger `|x|` may be off, but are far outside the range of weights anyway.
 */
export function roundScaled(w: number, f: number): number {
  return w * 2 ** f + ROUNDING - ROUNDING + 0;
}

/**
 * Quantizes `values` into `out` from `outStart`. `firstIndex` is the row-major index of the first value.
 * Throws `InputError` naming the file, the tensor, the index, the value and the largest `f` that fits, unless
 * every value is finite and `|q| < 2^31`.
 */
export function quantizeInto(
  out: Int32Array,
  outStart: number,
  values: Float64Array,
  f: number,
  first: WeightPlace,
): void {
  const scale = 2 ** f;
  const count = values.length;
  let fits = true;
  for (let i = 0; i < count; i++) {
    const q = (values[i] as number) * scale + ROUNDING - ROUNDING;
    // Written so that NaN fails.
    fits = fits && q < LIMIT && q > -LIMIT;
    out[outStart + i] = q;
  }
  if (fits) return;
  const i = values.findIndex((w) => !(Math.abs(roundScaled(w, f)) < LIMIT));
  throw unfit(values[i] ?? NaN, f, { ...first, index: first.index + i });
}

/** The largest `f` with `|roundHalfEven(w·2^f)| < 2^31`, or `undefined` if none is supported. `w` must be finite. */
export function largestFractionBits(w: number): number | undefined {
  if (w === 0) return MAX_FRACTION_BITS;
  // An estimate from above by at most a few; the exact test decides.
  let f = Math.min(MAX_FRACTION_BITS, WEIGHT_BITS + 1 - Math.floor(Math.log2(Math.abs(w))));
  while (f >= MIN_FRACTION_BITS && !(Math.abs(roundScaled(w, f)) < LIMIT)) f--;
  return f >= MIN_FRACTION_BITS ? f : undefined;
}

/** The error for a weight that cannot be committed with `f` fractional bits. */
export function unfit(w: number, f: number, { file, tensor, index }: WeightPlace): InputError {
  const place = `${file}: tensor ${JSON.stringify(tensor)}, index ${index}`;
  if (!Number.isFinite(w)) {
    return new InputError(`${place}: the weight is ${w}`, {
      remedy: "A committed weight is a finite number: the training diverged or the file is damaged.",
    });
  }
  const largest = largestFractionBits(w);
  return new InputError(`${place}: the weight ${w} does not fit into 31 bits with ${f} fraction bits`, {
    remedy:
      largest === undefined
        ? "No supported number of fraction bits fits it."
        : `Commit the base with at most ${largest} fraction bits for this tensor ` +
          `(--fraction-bits ${JSON.stringify(`${tensor}=${String(largest)}`)} --force), then the fine-tune and the policy again.`,
  });
}
