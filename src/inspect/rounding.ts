import type { RoundingSteps } from "./rounding-steps.js";
import type { ValuePass } from "./value-pass.js";

/** Why a change is rounding and nothing else. */
export interface Rounding {
  /** Each format that a cast to explains it, or the files' formats that explain it together. */
  readonly formats: readonly string[];
  /** `cast`: every weight is the base's rounded. `both`: within half a step of both formats. `last-place`: arithmetic. */
  readonly how: "cast" | "both" | "last-place";
}

export interface RoundingInput {
  readonly pass: ValuePass;
  readonly steps: { readonly base: RoundingSteps; readonly tuned: RoundingSteps };
  /** Expected `Σ` of squared errors of each file's numbers. */
  readonly noise: { readonly base: number; readonly tuned: number };
  /** L2 norm of the change. */
  readonly norm: number;
}

/** Rounding errors are as large as they can be: a change much smaller than expected was made by something else. */
const LEAST_NOISE = 0.5;
/** Arithmetic in another order moves float32 by this many steps. */
const LAST_PLACES = 4;
const FEW = 0.2;
const HALF_STEP = 0.5 + 2 ** -6;

/**
 * Whether the dtypes of the two files, and nothing else, explain a change. Two files of one dtype are rounded alike, so
 * that a change between them is none of rounding, but for the last places of float32 and float64.
 */
export function explainByRounding({ pass, steps, noise, norm }: RoundingInput): Rounding | undefined {
  if (pass.nonzeros === 0 || pass.notFinite.tuned !== undefined || pass.notFinite.base !== undefined) return undefined;
  const casts = pass.casts.flatMap(({ name }) => (name === steps.base.name ? [] : [name]));
  if (casts.length > 0) return { formats: casts, how: "cast" };
  const names = [steps.base.name, steps.tuned.name];
  if (names.every((name) => name === "f32" || name === "f64")) {
    // Few weights that moved at all were moved one by one.
    if (pass.nonzeros <= FEW * pass.counts.reduce((sum, count) => sum + count, 0)) return undefined;
    const isLastPlace = steps.tuned.name === "f32" ? pass.mostSteps <= LAST_PLACES : pass.isWithinFormats;
    return isLastPlace ? { formats: ["f32"], how: "last-place" } : undefined;
  }
  const bits = steps.tuned.name.endsWith("bits") && steps.base.name !== steps.tuned.name;
  if (bits && Math.abs(pass.largest.value) <= HALF_STEP * (steps.tuned.steps[0] as number)) {
    return { formats: [steps.tuned.name], how: "cast" };
  }
  const isAsLarge = norm ** 2 >= LEAST_NOISE ** 2 * (noise.base + noise.tuned);
  if (names[0] === names[1] || !pass.isWithinFormats || !isAsLarge) return undefined;
  // Only the coarser one is worth a word, where the other is much finer.
  const [base, tuned] = [noise.base, noise.tuned];
  const formats = Math.min(base, tuned) < Math.max(base, tuned) / 1024 ? [names[base > tuned ? 0 : 1] ?? ""] : names;
  return { formats, how: "both" };
}
