import { FLOAT_FORMATS, floatFormatOf } from "../model/float-format.js";
import { HOST_IS_LITTLE_ENDIAN } from "../model/element-bytes.js";
import { EXPONENTS, NOT_FINITE, stepsOfFormat, type RoundingSteps } from "./rounding-steps.js";

/** Formats that a model may have been rounded to, whatever it is stored in. */
const COARSER = [FLOAT_FORMATS.f16, FLOAT_FORMATS.bf16].map(stepsOfFormat);
/** A tie may be rounded either way, and arithmetic of whoever rounded adds its own errors: a little more than half a step. */
const HALF_STEP = 0.5 + 2 ** -6;
/** Where the upper half of a float64 is. */
const UPPER = HOST_IS_LITTLE_ENDIAN ? 1 : 0;

/** A value that is no number, where it is first seen. */
export interface NotFinite {
  readonly count: number;
  /** Row-major index of the first. */
  readonly index: number;
  /** `NaN`, `Infinity` or `-Infinity`: JSON has no numbers for them. */
  readonly value: string;
}

/**
 * One pass over two tensors of one shape. Sums are kept apart by the size of the weights (the larger of both, by powers of two),
 * so that a few outliers can be left out afterwards.
 */
export class ValuePass {
  /** Weights by the stored exponent of the larger of both. */
  readonly counts = new Float64Array(EXPONENTS);
  readonly baseSq = new Float64Array(EXPONENTS);
  readonly tunedSq = new Float64Array(EXPONENTS);
  readonly changeSq = new Float64Array(EXPONENTS);
  readonly baseSum = new Float64Array(EXPONENTS);
  readonly tunedSum = new Float64Array(EXPONENTS);
  /** Weights by their own stored exponent, for the noise of their formats. */
  readonly baseExponents = new Float64Array(EXPONENTS);
  readonly tunedExponents = new Float64Array(EXPONENTS);
  /** Weights that are not what they were, those that are no numbers included. */
  nonzeros = 0;
  largest = { value: 0, index: 0 };
  /** Largest change of a weight, in steps of the fine-tune's format; infinite where it has none. */
  mostSteps = 0;
  least = Infinity;
  most = -Infinity;
  /** Values that are no numbers in the fine-tune only, in the base only, and the same in both (masks). */
  notFinite: { tuned?: NotFinite; base?: NotFinite; both?: NotFinite } = {};
  /** Whether every change is within half a step of each file's format. */
  isWithinFormats = true;
  /** Coarser formats to which every weight of the fine-tune is the base's weight rounded. */
  casts: readonly RoundingSteps[] = COARSER;

  readonly #before: Float64Array | undefined;
  readonly #after: Float64Array | undefined;

  /** Dtypes as the files name them. */
  constructor(baseDtype: string, tunedDtype: string) {
    const [before, after] = [floatFormatOf(baseDtype), floatFormatOf(tunedDtype)];
    this.#before = before && stepsOfFormat(before).steps;
    this.#after = after && stepsOfFormat(after).steps;
    if (before === undefined || after === undefined) this.isWithinFormats = false;
    // Of codes with scales no step is known: no change of theirs is called one of last places.
    if (after === undefined) this.mostSteps = Infinity;
  }

  visit(before: Float64Array, after: Float64Array, start: number): void {
    const upper0 = new Uint32Array(before.buffer, before.byteOffset, 2 * before.length);
    const upper1 = new Uint32Array(after.buffer, after.byteOffset, 2 * after.length);
    const { counts, baseSq, tunedSq, changeSq, baseSum, tunedSum, baseExponents, tunedExponents } = this;
    let { least, most, nonzeros } = this;
    for (let i = 0, at = UPPER; i < before.length; i++, at += 2) {
      const e0 = ((upper0[at] as number) >>> 20) & NOT_FINITE;
      const e1 = ((upper1[at] as number) >>> 20) & NOT_FINITE;
      const w0 = before[i] as number;
      const w1 = after[i] as number;
      if (e0 === NOT_FINITE || e1 === NOT_FINITE) {
        if (!Object.is(w0, w1)) nonzeros++;
        this.#seeNotFinite(w0, w1, start + i);
        continue;
      }
      const bin = e0 > e1 ? e0 : e1;
      counts[bin] = (counts[bin] as number) + 1;
      baseSq[bin] = (baseSq[bin] as number) + w0 * w0;
      tunedSq[bin] = (tunedSq[bin] as number) + w1 * w1;
      baseSum[bin] = (baseSum[bin] as number) + w0;
      tunedSum[bin] = (tunedSum[bin] as number) + w1;
      baseExponents[e0] = (baseExponents[e0] as number) + 1;
      tunedExponents[e1] = (tunedExponents[e1] as number) + 1;
      if (w1 < least) least = w1;
      if (w1 > most) most = w1;
      const change = w1 - w0;
      // A weight that a cast would have rounded, and that did not change, is against the cast as well.
      if (this.casts.length > 0) this.#seeCasts(change, e0, e1, w1);
      if (change === 0) continue;
      nonzeros++;
      changeSq[bin] = (changeSq[bin] as number) + change * change;
      this.#seeChange(change, e0, e1, start + i);
    }
    Object.assign(this, { least, most, nonzeros });
  }

  #seeChange(change: number, e0: number, e1: number, index: number): void {
    const size = change < 0 ? -change : change;
    if (size > Math.abs(this.largest.value)) this.largest = { value: change, index };
    const step1 = this.#after === undefined ? 0 : (this.#after[e1] as number);
    if (size > this.mostSteps * step1 && step1 > 0) this.mostSteps = size / step1;
    if (this.isWithinFormats) {
      const step0 = (this.#before as Float64Array)[e0] as number;
      if (size > HALF_STEP * (step0 + step1)) this.isWithinFormats = false;
    }
  }

  #seeCasts(change: number, e0: number, e1: number, w1: number): void {
    const size = Math.abs(change);
    for (const cast of this.casts) {
      if (isCast(size, cast.steps[e0] as number, w1, cast.steps[e1] as number)) continue;
      this.casts = this.casts.filter((other) => other !== cast);
    }
  }

  #seeNotFinite(w0: number, w1: number, index: number): void {
    const side = Object.is(w0, w1) ? "both" : Number.isFinite(w1) ? "base" : "tuned";
    const seen = this.notFinite[side] ?? { count: 0, index, value: String(side === "base" ? w0 : w1) };
    this.notFinite[side] = { ...seen, count: seen.count + 1 };
  }
}

/** Whether `w1` is a number of the format with those steps, at most half a step away from what it was. */
function isCast(size: number, step0: number, w1: number, step1: number): boolean {
  return size <= HALF_STEP * (step0 > step1 ? step0 : step1) && Number.isInteger(w1 / step1);
}
