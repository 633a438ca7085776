import { FLOAT_FORMATS, floatFormatOf, unitInLastPlace, type FloatFormat } from "../model/float-format.js";

/** Exponents of a float64 as they are stored: 11 bits. */
export const EXPONENTS = 2048;
/** The stored exponent of NaN and of infinities. */
export const NOT_FINITE = EXPONENTS - 1;

/** How far apart neighboring numbers of a stored dtype are, by the stored exponent of the number as float64. */
export interface RoundingSteps {
  /** For people: `bf16`, `8 bits`. */
  readonly name: string;
  readonly steps: Float64Array;
}

/** Steps of a binary floating-point format. */
export function stepsOfFormat(format: FloatFormat): RoundingSteps {
  const steps = Float64Array.from({ length: EXPONENTS }, (_, exponent) =>
    exponent === NOT_FINITE ? 0 : unitInLastPlace(exponent === 0 ? 0 : 2 ** (exponent - 1023), format),
  );
  return { name: format.name, steps };
}

/**
 * Steps of a stored dtype: by size for a float format, the same everywhere for integers with a scale (`float32 (uint8)`), whose
 * `range` is that of the tensor's values. Of anything else those of float32, the type that such formats compute in.
 */
export function stepsOfDtype(dtype: string, range: number): RoundingSteps {
  const format = floatFormatOf(dtype);
  if (format !== undefined) return stepsOfFormat(format);
  const bits = /\(uint(8|16)\)/u.exec(dtype)?.[1];
  if (bits === undefined) return stepsOfFormat(FLOAT_FORMATS.f32);
  return { name: `${bits} bits`, steps: new Float64Array(EXPONENTS).fill(range / (2 ** Number(bits) - 1)) };
}
