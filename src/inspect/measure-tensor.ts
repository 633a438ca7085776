import type { TensorRole } from "../model/architecture/role.js";
import type { TensorReader } from "../model/tensor.js";
import type { Likeness, TensorChange } from "./inspection.js";
import { classifyChange } from "./classify-change.js";
import { measureMatrix } from "./measure-matrix.js";
import { matrixStack } from "./matrix-views.js";
import { findOutliers, sumBelow, type Outliers } from "./outliers.js";
import { explainByRounding, type Rounding, type RoundingInput } from "./rounding.js";
import { EXPONENTS, stepsOfDtype, type RoundingSteps } from "./rounding-steps.js";
import { eachChunk } from "./tensor-pair.js";
import { ValuePass } from "./value-pass.js";

/** What is asked of every tensor. */
export interface MeasureOptions {
  /** Most singular values of a matrix. */
  readonly maxSpectrum: number;
  /** Of an adapter over its base: whether the tensor is their exact sum, which nothing rounded, or was saved as a whole. */
  readonly adapter?: "sum" | "whole" | undefined;
  /** Is given every chunk that is read, so that the tensors need not be read again. */
  readonly onChunk?: (before: Float64Array, after: Float64Array, start: number) => void;
}

/** Measures one tensor of both models: one pass, and some more for the spectrum of a matrix that changed. */
export async function measureTensor(
  base: TensorReader,
  tuned: TensorReader,
  role: TensorRole,
  options: MeasureOptions,
): Promise<TensorChange> {
  const pass = new ValuePass(base.dtype, tuned.dtype);
  await eachChunk(base, tuned, (before, after, start) => {
    pass.visit(before, after, start);
    options.onChunk?.(before, after, start);
  });
  const outliers = findOutliers(pass);
  const { steps, noise } = formatsOf(base, tuned, pass);
  const whole = likenessOf(pass, undefined);
  const rounding =
    options.adapter !== undefined ? undefined : explainByRounding({ pass, steps, noise, norm: whole.norm });
  // A weak adapter that was merged in a finer format lies within the steps of a coarse base as well.
  const needsMatrix =
    pass.nonzeros > 0 && (rounding === undefined || (rounding.how === "both" && noise.base > noise.tuned));
  const measured = {
    name: base.name,
    shape: base.shape,
    dtype: tuned.dtype,
    baseDtype: base.dtype,
    role: role.role,
    part: role.part,
    block: role.block,
    weights: base.elementCount,
    isMatrix: matrixStack(base.name, base.shape, role) !== undefined,
    ...whole,
    core: outliers === undefined ? whole : likenessOf(pass, outliers),
    largest: pass.largest,
    nonzeros: pass.nonzeros,
    mostSteps: pass.mostSteps,
    expectedRounding: Math.sqrt(noise.tuned),
    rounding,
    ...(outliers === undefined ? {} : { outliers: { count: outliers.count, from: outliers.from } }),
    ...(Object.keys(pass.notFinite).length === 0 ? {} : { notFinite: pass.notFinite }),
    matrix: needsMatrix
      ? await measureMatrix({ base, tuned, role, steps, outliers, maxSpectrum: options.maxSpectrum })
      : undefined,
  };
  const kind = classifyChange(measured);
  return { ...measured, kind: kind === "low-rank" && options.adapter === "whole" ? "dense" : kind };
}

/** Why a tensor's change is rounding and nothing else, if it is. */
export async function measureRounding(base: TensorReader, tuned: TensorReader): Promise<Rounding | undefined> {
  const pass = new ValuePass(base.dtype, tuned.dtype);
  await eachChunk(base, tuned, (before, after, start) => {
    pass.visit(before, after, start);
  });
  const { steps, noise } = formatsOf(base, tuned, pass);
  return explainByRounding({ pass, steps, noise, norm: likenessOf(pass, undefined).norm });
}

/** The steps of both files' dtypes, and the noise expected of each. */
function formatsOf(base: TensorReader, tuned: TensorReader, pass: ValuePass): Pick<RoundingInput, "steps" | "noise"> {
  const range = pass.most > pass.least ? pass.most - pass.least : 0;
  const steps = { base: stepsOfDtype(base.dtype, range), tuned: stepsOfDtype(tuned.dtype, range) };
  const noise = { base: noiseOf(pass.baseExponents, steps.base), tuned: noiseOf(pass.tunedExponents, steps.tuned) };
  return { steps, noise };
}

/** Expected `Σ` of squared errors of numbers that were rounded to a format: uniform within half a step. */
function noiseOf(exponents: Float64Array, { steps }: RoundingSteps): number {
  let noise = 0;
  for (let exponent = 0; exponent < EXPONENTS; exponent++) {
    const count = exponents[exponent] as number;
    if (count > 0) noise += (count * (steps[exponent] as number) ** 2) / 12;
  }
  return noise;
}

/** How alike both tensors are, without those outliers. */
function likenessOf(pass: ValuePass, outliers: Outliers | undefined): Likeness {
  const sum = (bins: Float64Array): number => sumBelow(bins, outliers);
  const [baseSq, tunedSq, changeSq, count] = [
    sum(pass.baseSq),
    sum(pass.tunedSq),
    sum(pass.changeSq),
    sum(pass.counts),
  ];
  const dot = (baseSq + tunedSq - changeSq) / 2;
  const [mean0, mean1] = count === 0 ? [0, 0] : [sum(pass.baseSum) / count, sum(pass.tunedSum) / count];
  const [around0, around1] = [baseSq - count * mean0 ** 2, tunedSq - count * mean1 ** 2];
  const [baseNorm, norm] = [Math.sqrt(baseSq), Math.sqrt(changeSq)];
  return {
    baseNorm,
    tunedNorm: Math.sqrt(tunedSq),
    norm,
    relative: norm === 0 ? 0 : norm / baseNorm,
    cosine: baseSq === 0 || tunedSq === 0 ? 1 : dot / Math.sqrt(baseSq * tunedSq),
    // Of tensors whose mean is most of them, the cosine says nothing.
    correlation:
      around0 > SPREAD * baseSq && around1 > SPREAD * tunedSq
        ? (dot - count * mean0 * mean1) / Math.sqrt(around0 * around1)
        : undefined,
  };
}

/** A tensor that is nearly its mean has no shape to compare. */
const SPREAD = 0.1;
