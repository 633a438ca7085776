import type { Rule } from "../policy/rule.js";
import { divisibleBudget } from "../segment/shares.js";
import { NONZEROS_BITS, RESIDUAL_SQ_BITS } from "../protocol/constants.js";

/** A rule with room above what was measured: `percent` of the norm, and of the number of sparse entries. */
export function widen(rule: Rule, percent: number): Rule {
  const whole = BigInt(Math.round(percent * 1000));
  const [part, all] = [100_000n + whole, 100_000n];
  return {
    ...rule,
    maxNonzeros: (rule.maxNonzeros * part) / all,
    maxResidualSq: (rule.maxResidualSq * part * part) / (all * all),
  };
}

/** A rule with room for the rounding of its shares, where it is divided over so many segments (`sharesOf`). */
export function makeDivisible(rule: Rule, segments: number): Rule {
  return {
    ...rule,
    maxNonzeros: divisibleBudget(rule.maxNonzeros, segments),
    maxResidualSq: divisibleBudget(rule.maxResidualSq, segments),
  };
}

/** A rule whose norm, in the weights' own unit, and number of sparse entries are rounded up to two significant digits. */
export function roundBounds(rule: Rule): Rule {
  return {
    ...rule,
    maxNonzeros: atMost(roundCount(rule.maxNonzeros), NONZEROS_BITS, rule.maxNonzeros),
    maxResidualSq: atMost(roundSquares(rule.maxResidualSq, rule.unit), RESIDUAL_SQ_BITS, rule.maxResidualSq),
  };
}

/** Rounded bounds stay within what a policy holds. */
function atMost(rounded: bigint, bits: number, exact: bigint): bigint {
  return rounded >> BigInt(bits) === 0n ? rounded : exact;
}

function roundCount(count: bigint): bigint {
  const digits = count.toString().length;
  const step = 10n ** BigInt(Math.max(0, digits - 2));
  return ((count + step - 1n) / step) * step;
}

/** `floor(X²·4^unit)` for the smallest `X` of two significant digits for which that is at least `squares`. */
export function roundSquares(squares: bigint, unit: number): bigint {
  if (squares === 0n) return 0n;
  // The estimate may be off by one digit either way.
  const norm = Math.sqrt(Number(squares)) * 2 ** -unit;
  const exponent = Math.floor(Math.log10(norm)) - 1;
  const first = Math.max(1, Math.floor(norm / 10 ** exponent) - 2);
  for (let mantissa = first; ; mantissa++) {
    const rounded = squaresOf(BigInt(mantissa), exponent, unit);
    if (rounded >= squares) return rounded;
  }
}

/** `floor((mantissa·10^exponent)²·4^unit)`. */
function squaresOf(mantissa: bigint, exponent: number, unit: number): bigint {
  const power = (base: bigint, by: number): bigint => (by > 0 ? base ** BigInt(by) : 1n);
  const up = power(100n, exponent) * power(4n, unit);
  const down = power(100n, -exponent) * power(4n, -unit);
  return (mantissa * mantissa * up) / down;
}
