import { FR_ORDER } from "../protocol/constants.js";

declare const frBrand: unique symbol;

/** A canonical element of the BN254 scalar field: a bigint in `[0, FR_ORDER)`. */
export type Fr = bigint & { readonly [frBrand]: true };

const P = FR_ORDER;

/** The element congruent to any integer, negative ones included. */
export function toFr(value: bigint): Fr {
  const r = value % P;
  return (r < 0n ? r + P : r) as Fr;
}

/** The element that equals a small integer. */
export function frOf(value: number): Fr {
  return toFr(BigInt(value));
}

export const FR_ZERO = 0n as Fr;
export const FR_ONE = 1n as Fr;

export function frAdd(a: Fr, b: Fr): Fr {
  const r = a + b;
  return (r >= P ? r - P : r) as Fr;
}

export function frSub(a: Fr, b: Fr): Fr {
  const r = a - b;
  return (r < 0n ? r + P : r) as Fr;
}

export function frNeg(a: Fr): Fr {
  return (a === 0n ? a : P - a) as Fr;
}

export function frMul(a: Fr, b: Fr): Fr {
  return ((a * b) % P) as Fr;
}

/** `a^exponent` for a non-negative integer exponent. */
export function frPow(a: Fr, exponent: bigint | number): Fr {
  let e = BigInt(exponent);
  if (e < 0n) throw new RangeError(`frPow: exponent is ${e}, expected at least 0`);
  let result: Fr = FR_ONE;
  for (let base = a; e > 0n; e >>= 1n, base = frMul(base, base)) {
    if (e & 1n) result = frMul(result, base);
  }
  return result;
}

/** The inverse of a nonzero element. Throws `RangeError` for zero. */
export function frInv(a: Fr): Fr {
  if (a === 0n) throw new RangeError("frInv: zero has no inverse");
  // Extended Euclid: about ten times faster than Fermat with native bigints.
  let [r0, r1, s0, s1] = [P, a as bigint, 0n, 1n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1] = [r1, r0 - q * r1];
    [s0, s1] = [s1, s0 - q * s1];
  }
  return toFr(s0);
}

/** The representative of `a` in `[-(p-1)/2, (p-1)/2]`. */
export function frToSigned(a: Fr): bigint {
  return a > P >> 1n ? a - P : a;
}

/** `[1, a, a^2, …]`, `count` elements. */
export function frPowers(a: Fr, count: number): Fr[] {
  const powers: Fr[] = [];
  for (let i = 0, power: Fr = FR_ONE; i < count; i++, power = frMul(power, a)) powers.push(power);
  return powers;
}
