import { FR_ZERO, frAdd, frMul, toFr, type Fr } from "./fr.js";

/** `Σ coefficients[i]·x^i` by Horner's rule, constant coefficient first. */
export function evaluate(coefficients: readonly Fr[], x: Fr): Fr {
  return coefficients.reduceRight((sum, c) => frAdd(frMul(sum, x), c), FR_ZERO);
}

/** The quotient of `f - f(x)` by `X - x`: one coefficient fewer than `f`, none if `f` has none. */
export function divideByLinear(f: readonly Fr[], x: Fr): Fr[] {
  const quotient = new Array<Fr>(Math.max(0, f.length - 1));
  let carry: Fr = FR_ZERO;
  for (let i = f.length - 1; i >= 1; i--) {
    carry = frAdd(f[i] as Fr, frMul(x, carry));
    quotient[i - 1] = carry;
  }
  return quotient;
}

/** Bits of one coefficient of a product: two factors of 254 bits each and a sum of at most 2^32 products. */
const SLOT_BYTES = 68;

/** `a·b`, coefficients constant first. One product of two long integers, which the engine multiplies in `O(n log n)`. */
export function multiply(a: readonly Fr[], b: readonly Fr[]): Fr[] {
  if (a.length === 0 || b.length === 0) return [];
  const digits = 2 * SLOT_BYTES;
  const count = a.length + b.length - 1;
  const pack = (coefficients: readonly Fr[]): bigint =>
    BigInt(
      "0x" +
        coefficients
          .map((c) => c.toString(16).padStart(digits, "0"))
          .reverse()
          .join(""),
    );
  const product = (pack(a) * pack(b)).toString(16).padStart(digits * count, "0");
  return Array.from({ length: count }, (_, i) => {
    const end = product.length - digits * i;
    return toFr(BigInt("0x" + product.slice(end - digits, end)));
  });
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
