import { FQ_ORDER, FR_ORDER } from "../../src/protocol/constants.js";

/** The two fields of the kernels, by the name of their generated module. */
export const MODULI = { fr: FR_ORDER, fq: FQ_ORDER } as const;

export type FieldName = keyof typeof MODULI;

/** `a^-1 mod m` for coprime integers. */
export function inverseModulo(a: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, ((a % m) + m) % m, 0n, 1n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1] = [r1, r0 - q * r1];
    [s0, s1] = [s1, s0 - q * s1];
  }
  return ((s0 % m) + m) % m;
}
