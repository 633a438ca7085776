import { InputError } from "../errors/errors.js";

/** An exact non-negative rational number, `numerator / denominator`. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Far beyond any norm of weights; keeps `1e999999999` from filling the memory. */
const MAX_EXPONENT = 400;

/**
 * Reads a non-negative decimal number such as `0.25` or `1e-3` exactly: a bound on weights must not depend on
 * the nearest float64. Throws `InputError` naming the value; `label` says what it is.
 */
export function parseDecimal(text: string, label: string): Rational {
  const match = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/u.exec(text.trim());
  if (match === null) {
    throw new InputError(`${label}: ${JSON.stringify(text)} is not a non-negative decimal number`, {
      remedy: "Write it like 0.25 or 1e-3.",
    });
  }
  const [, whole = "0", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText) - fraction.length;
  if (text.length > MAX_EXPONENT || Math.abs(exponent) > MAX_EXPONENT) {
    throw new InputError(`${label}: ${text.slice(0, 40)} is out of range`, { remedy: "Write it like 0.25 or 1e-3." });
  }
  const digits = BigInt(whole + fraction);
  return exponent >= 0
    ? { numerator: digits * 10n ** BigInt(exponent), denominator: 1n }
    : { numerator: digits, denominator: 10n ** BigInt(-exponent) };
}
