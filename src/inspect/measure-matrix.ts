import type { TensorRole } from "../model/architecture/role.js";
import { numericalRank, spectrum, type Spectrum } from "../linalg/spectrum.js";
import type { TensorReader } from "../model/tensor.js";
import { adapterRankLimit } from "./adapter-rank.js";
import type { MatrixChange } from "./inspection.js";
import { matrixStack, type MatrixStack } from "./matrix-views.js";
import { noiseFloor, type NoiseFloor } from "./noise-floor.js";
import type { Outliers } from "./outliers.js";
import type { RoundingSteps } from "./rounding-steps.js";
import { rankWithSingleWeights } from "./single-weights.js";
import { differenceMatrix, type MatrixPlace } from "./tensor-pair.js";

export interface MatrixInput {
  readonly base: TensorReader;
  readonly tuned: TensorReader;
  readonly role: TensorRole;
  readonly steps: { readonly base: RoundingSteps; readonly tuned: RoundingSteps };
  /** Are left out: a rank is that of the other weights' change. */
  readonly outliers: Outliers | undefined;
  /** Most singular values of a matrix; all are computed if it has no more. */
  readonly maxSpectrum: number;
}

/** Of a matrix that is too large for all its singular values, so many of the largest: adapters have fewer. */
const LEADING = 64;
/** A larger rank may be a smaller one that single weights hide. */
const MOST_PLAIN_RANK = 16;
/** What a rank leaves is noise up to so many times the expected norm. */
const NOISE_FACTOR = 2.5;
/** Noise of the base's format too is as large as expected, or it is no noise. */
const LEAST_NOISE = 0.5;
/** An entry of rounding noise is at most so many half steps: a merge rounds more than once. */
const NOISE_STEPS = 16;

/** Measures what a changed tensor is as matrices; undefined if it is none. */
export async function measureMatrix(input: MatrixInput): Promise<MatrixChange | undefined> {
  const { base, role } = input;
  const stack = matrixStack(base.name, base.shape, role);
  if (stack === undefined) return undefined;
  const { count, rows, cols } = stack;
  const all: OneMatrix[] = [];
  for (let k = 0; k < count; k++) all.push(await measureOne(input, { rows, cols, start: k * rows * cols }));
  return combine(stack, all);
}

interface OneMatrix {
  readonly found: Spectrum;
  readonly floor: number;
  readonly rank: number;
  readonly residualSq: number;
  readonly isNoiseLeft: boolean;
  readonly withSingleWeights: MatrixChange["withSingleWeights"];
}

async function measureOne(input: MatrixInput, place: MatrixPlace): Promise<OneMatrix> {
  const { base, tuned, steps, outliers, maxSpectrum } = input;
  const { rows, cols } = place;
  const source = differenceMatrix(base, tuned, place, outliers?.from);
  const found = await spectrum(
    source,
    Math.min(rows, cols) <= maxSpectrum ? maxSpectrum : Math.min(maxSpectrum, LEADING),
  );
  const limit = adapterRankLimit(rows, cols);
  const own = await noiseFloor(place, [[tuned, steps.tuned]], outliers?.from);
  let fit = fitNoise(found, own);
  if (fit.rank > limit && steps.base.name !== steps.tuned.name) {
    // Both files may be roundings of weights that neither holds.
    const both = await noiseFloor(
      place,
      [
        [base, steps.base],
        [tuned, steps.tuned],
      ],
      outliers?.from,
    );
    const other = fitNoise(found, both);
    if (other.rank <= limit && other.isNoiseLeft && other.residualSq >= (LEAST_NOISE * both.norm) ** 2) fit = other;
  }
  const entryNoise = NOISE_STEPS * Math.sqrt(3) * (own.norm / Math.sqrt(rows * cols));
  return {
    found,
    ...fit,
    withSingleWeights: fit.rank > MOST_PLAIN_RANK ? await rankWithSingleWeights(source, entryNoise) : undefined,
  };
}

/** The rank above a noise floor, and whether what it leaves is noise. */
function fitNoise(
  found: Spectrum,
  noise: NoiseFloor,
): Pick<OneMatrix, "floor" | "rank" | "residualSq" | "isNoiseLeft"> {
  const rank = numericalRank(found, noise.largest);
  const explained = found.values.slice(0, rank).reduce((sum, value) => sum + value * value, 0);
  const residualSq = Math.max(0, found.frobeniusSq - explained);
  // Sums of squares are right to some of their last places only.
  const isNoiseLeft = residualSq <= (NOISE_FACTOR * noise.norm) ** 2 + 2 ** -44 * found.frobeniusSq;
  return { floor: noise.largest, rank, residualSq, isNoiseLeft };
}

function combine({ count, rows, cols }: MatrixStack, all: readonly OneMatrix[]): MatrixChange | undefined {
  const [shown] = [...all].sort((a, b) => b.rank - a.rank || b.found.frobeniusSq - a.found.frobeniusSq);
  if (shown === undefined) return undefined;
  const hidden = all.flatMap(({ withSingleWeights }) => withSingleWeights ?? []);
  const isHidden =
    hidden.length > 0 &&
    all.every(({ rank, withSingleWeights }) => withSingleWeights !== undefined || rank <= MOST_PLAIN_RANK);
  return {
    count,
    rows,
    cols,
    spectrum: [...shown.found.values],
    isComplete: shown.found.isComplete,
    noiseFloor: shown.floor,
    rank: shown.rank,
    isNoiseLeft: all.every(({ isNoiseLeft }) => isNoiseLeft),
    residual: Math.sqrt(all.reduce((sum, { residualSq }) => sum + residualSq, 0)),
    withSingleWeights: isHidden
      ? {
          rank: Math.max(...all.map(({ rank, withSingleWeights }) => withSingleWeights?.rank ?? rank)),
          weights: hidden.reduce((sum, { weights }) => sum + weights, 0),
        }
      : undefined,
  };
}
