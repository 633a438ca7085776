import { FR_ZERO, frAdd, frMul, type Fr } from "../field/fr.js";

/** `Σ coefficients[i]·x^i` by Horner's rule, constant coefficient first. */
export function evaluate(coefficients: readonly Fr[], x: Fr): Fr {
  return coefficients.reduceRight((sum, c) => frAdd(frMul(sum, x), c), FR_ZERO);
}

/** `Σ values[i]`. */
export function sum(values: readonly Fr[]): Fr {
  return values.reduce<Fr>((total, value) => frAdd(total, value), FR_ZERO);
}

/** `Σ a[i]·b[i]` for vectors of equal length. */
export function innerProduct(a: readonly Fr[], b: readonly Fr[]): Fr {
  if (a.length !== b.length) throw new RangeError(`innerProduct: vectors of ${a.length} and ${b.length} elements`);
  return a.reduce<Fr>((total, value, i) => frAdd(total, frMul(value, b[i] as Fr)), FR_ZERO);
}
