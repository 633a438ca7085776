import { frAdd, frMul, frOf, toFr, type Fr } from "../../algebra/fr.js";

/** Values of a round polynomial before interpolation; `v1` only where it was asked for. */
export interface RoundValues {
  readonly v0: Fr;
  readonly vm1: Fr;
  readonly v2: Fr;
  readonly lead: Fr;
  readonly v1: Fr | undefined;
}

const LIMB = 1n << 28n;

/**
 * The leaf layer's first round from its limb sums (assembly/range-first.ts): with `u_k` the elementary symmetric sums of
 * four leaves' integers, `Π (α + e_i) = α⁴ + α³ u1 + α² u2 + α u3 + u4`, and a node is that derived by α, plus λ times
 * that. The eq weights of a slot sum to 1.
 */
export function firstRoundValues(sums: readonly Fr[], alpha: Fr, lambda: Fr): RoundValues {
  const limbs = (at: number, count: number): Fr => {
    let value = 0n;
    for (let l = count - 1; l >= 0; l--) value = value * LIMB + (sums[at + l] as bigint);
    return toFr(value);
  };
  const valueAt = (at: number): Fr => {
    const [u1, u2, u3, u4] = [limbs(at, 1), limbs(at + 1, 2), limbs(at + 3, 3), limbs(at + 6, 3)];
    const a2 = frMul(alpha, alpha);
    const a3 = frMul(a2, alpha);
    const product = toFr(frMul(a2, a2) + a3 * u1 + a2 * u2 + alpha * u3 + u4);
    const derivative = toFr(4n * a3 + 3n * a2 * u1 + 2n * alpha * u2 + u3);
    return frAdd(derivative, frMul(lambda, product));
  };
  return {
    v0: valueAt(0),
    vm1: valueAt(9),
    v2: valueAt(18),
    lead: frMul(lambda, limbs(27, 3)),
    v1: sums.length > 30 ? valueAt(30) : undefined,
  };
}

/** The values of sums that a kernel computed in the order 0, -1, 2, leading, 1. */
export function roundValues(sums: readonly Fr[], scale: Fr = frOf(1)): RoundValues {
  const [v0, vm1, v2, lead, v1] = sums.map((value) => frMul(value, scale)) as [Fr, Fr, Fr, Fr, Fr | undefined];
  return { v0, vm1, v2, lead, v1 };
}
