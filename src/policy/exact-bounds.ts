import { InputError } from "../errors/errors.js";
import { parseDecimal, type Rational } from "./decimal.js";

/** A bound of a document, exact. */
export function exactNumber(value: number | string, label: string): Rational {
  return parseDecimal(String(value), label);
}

/** `floor(x²·4^bits·part/whole)`: a norm's share in squared units of `2^-bits`, never more than its part. */
export function squaredShare(norm: Rational, bits: number, part: bigint, whole: bigint): bigint {
  const up = bits >= 0 ? 4n ** BigInt(bits) : 1n;
  const down = bits >= 0 ? 1n : 4n ** BigInt(-bits);
  return (norm.numerator ** 2n * up * part) / (norm.denominator ** 2n * down * whole);
}

/** `floor(x²·energy)`: a part of a norm, squared. */
export function squaredPart(ratio: Rational, energy: bigint): bigint {
  return (ratio.numerator ** 2n * energy) / ratio.denominator ** 2n;
}

/** Throws where a bound needs the base's weights and there are none. */
export function needBase<T>(base: T | undefined, index: number): T {
  if (base !== undefined) return base;
  throw new InputError(`rule ${index} has a bound that depends on the base's weights`, {
    remedy: "Give them: --base-weights PATH.",
  });
}
