/** A binary floating-point format, as far as rounding to it goes. */
export interface FloatFormat {
  readonly name: FloatFormatName;
  /** Bits of the significand, the implicit one included. */
  readonly precision: number;
  /** Exponent of the smallest normal number `2^minExponent`. */
  readonly minExponent: number;
}

export const FLOAT_FORMAT_NAMES = ["f64", "f32", "f16", "bf16"] as const;
export type FloatFormatName = (typeof FLOAT_FORMAT_NAMES)[number];

/** IEEE 754 binary64, binary32, binary16, and bfloat16. */
export const FLOAT_FORMATS: Readonly<Record<FloatFormatName, FloatFormat>> = {
  f64: { name: "f64", precision: 53, minExponent: -1022 },
  f32: { name: "f32", precision: 24, minExponent: -126 },
  f16: { name: "f16", precision: 11, minExponent: -14 },
  bf16: { name: "bf16", precision: 8, minExponent: -126 },
};

const BY_DTYPE: ReadonlyMap<string, FloatFormatName> = new Map([
  ["F64", "f64"],
  ["F32", "f32"],
  ["F16", "f16"],
  ["BF16", "bf16"],
  ["float32", "f32"],
  ["DOUBLE", "f64"],
  ["FLOAT", "f32"],
  ["FLOAT16", "f16"],
  ["BFLOAT16", "bf16"],
]);

/** The format of a tensor's stored dtype (a reader's own word: `BF16`, `float32`), or `undefined` if it is none of these. */
export function floatFormatOf(dtype: string): FloatFormat | undefined {
  const name = BY_DTYPE.get(dtype);
  return name === undefined ? undefined : FLOAT_FORMATS[name];
}

/** The distance of neighboring numbers of a format at `value`: a unit in the last place. */
export function unitInLastPlace(value: number, { precision, minExponent }: FloatFormat): number {
  const size = Math.abs(value);
  let exponent = size === 0 ? minExponent : Math.floor(Math.log2(size));
  // The logarithm may be off by one next to a power of two.
  if (2 ** exponent > size) exponent--;
  else if (2 ** (exponent + 1) <= size) exponent++;
  return 2 ** (Math.max(exponent, minExponent) - precision + 1);
}
