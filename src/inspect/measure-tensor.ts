import type { TensorRole } from "../architecture/role.js";
import { numericalRank, spectrum } from "../linalg/spectrum.js";
import { FLOAT_FORMATS, floatFormatOf, unitInLastPlace, type FloatFormat } from "../model/float-format.js";
import type { TensorReader } from "../model/tensor.js";
import { matrixView } from "../quantize/layout.js";
import type { MatrixChange, TensorChange } from "./inspection.js";
import { rankWithSingleWeights } from "./single-weights.js";
import { differenceMatrix, eachChunk } from "./tensor-pair.js";

/** Formats that a model may have been rounded to. */
const COARSER = [FLOAT_FORMATS.f16, FLOAT_FORMATS.bf16] as const;
/** Arithmetic of whoever rounded adds its own errors: a little more than half a step. */
const HALF_STEP = 0.5 + 2 ** -6;
/** An entry of rounding noise is at most some steps of the largest weight: a merge rounds more than once. */
const NOISE_STEPS = 8;

/** Measures one tensor of both models: one pass, and some more for the spectrum of a matrix that changed. */
export async function measureTensor(
  base: TensorReader,
  tuned: TensorReader,
  role: TensorRole,
  maxSpectrum: number,
): Promise<TensorChange> {
  const format = floatFormatOf(tuned.dtype);
  let [baseSq, tunedSq, changeSq, dot, nonzeros, roundingSq] = [0, 0, 0, 0, 0, 0];
  let largest = { value: 0, index: 0 };
  let [least, most] = [Infinity, -Infinity];
  const excess = COARSER.map(() => 0);
  await eachChunk(base, tuned, (before, after, start) => {
    for (let i = 0; i < before.length; i++) {
      const [w0, w1] = [before[i] as number, after[i] as number];
      const change = w1 - w0;
      baseSq += w0 * w0;
      tunedSq += w1 * w1;
      dot += w0 * w1;
      if (w1 < least) least = w1;
      if (w1 > most) most = w1;
      if (format !== undefined) roundingSq += unitInLastPlace(w1, format) ** 2 / 12;
      if (change === 0) continue;
      nonzeros++;
      changeSq += change * change;
      if (Math.abs(change) > Math.abs(largest.value)) largest = { value: change, index: start + i };
      COARSER.forEach((coarser, k) => {
        excess[k] = Math.max(excess[k] ?? 0, Math.abs(change) / unitInLastPlace(w0, coarser));
      });
    }
  });
  const roundings = COARSER.flatMap(({ name }, k) =>
    nonzeros > 0 && (excess[k] ?? 0) <= HALF_STEP ? [name as string] : [],
  );
  const step8 = (most - least) / 255;
  if (nonzeros > 0 && tuned.dtype.includes("uint8") && Math.abs(largest.value) <= HALF_STEP * step8)
    roundings.push("8 bits");
  const [baseNorm, norm] = [Math.sqrt(baseSq), Math.sqrt(changeSq)];
  const maxAbs = Math.max(Math.abs(least), Math.abs(most));
  return {
    name: base.name,
    shape: base.shape,
    dtype: tuned.dtype,
    role: role.role,
    part: role.part,
    block: role.block,
    weights: base.elementCount,
    baseNorm,
    tunedNorm: Math.sqrt(tunedSq),
    norm,
    relative: norm === 0 ? 0 : norm / baseNorm,
    largest,
    nonzeros,
    cosine: baseSq === 0 || tunedSq === 0 ? 1 : dot / Math.sqrt(baseSq * tunedSq),
    expectedRounding: Math.sqrt(roundingSq),
    roundings,
    matrix: nonzeros === 0 ? undefined : await measureMatrix(base, tuned, role, format, maxAbs, maxSpectrum),
  };
}

async function measureMatrix(
  base: TensorReader,
  tuned: TensorReader,
  { rowAxes }: TensorRole,
  format: FloatFormat | undefined,
  maxAbs: number,
  maxSpectrum: number,
): Promise<MatrixChange | undefined> {
  const [rows, cols] = matrixView(base.shape, rowAxes);
  if (base.shape.length < 2 || Math.min(rows, cols) < 2) return undefined;
  const source = differenceMatrix(base, tuned, rowAxes);
  const found = await spectrum(
    source,
    Math.min(rows, cols) <= maxSpectrum ? maxSpectrum : Math.min(maxSpectrum, LEADING),
  );
  const unit = (format === undefined ? 2 ** -24 : 2 ** -format.precision) * maxAbs;
  // Errors of at most `unit` in each entry make no singular value larger than about this (see the fixtures' README).
  const noiseFloor = unit * (Math.sqrt(rows) + Math.sqrt(cols));
  const rank = numericalRank(found, noiseFloor);
  const explained = found.values.slice(0, rank).reduce((sum, value) => sum + value * value, 0);
  return {
    rows,
    cols,
    spectrum: [...found.values],
    isComplete: found.isComplete,
    noiseFloor,
    rank,
    residual: Math.sqrt(Math.max(0, found.frobeniusSq - explained)),
    withSingleWeights:
      rank > MOST_ADAPTER_RANK ? await rankWithSingleWeights(source, 2 * NOISE_STEPS * unit) : undefined,
  };
}

/** Of a matrix that is too large for all its singular values, so many of the largest: adapters have fewer. */
const LEADING = 64;

/** A larger rank may be a smaller one that single weights hide. */
const MOST_ADAPTER_RANK = 16;
