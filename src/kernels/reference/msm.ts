import { bn254 } from "@noble/curves/bn254.js";
import { G1_BYTES, g1FromMontgomeryLE } from "../../algebra/montgomery.js";
import { FR_ORDER } from "../../protocol/constants.js";
import { G1_INFINITY, type G1 } from "../../algebra/g1.js";
import type { Fr } from "../../algebra/fr.js";
import type { IntVector } from "../backend.js";

const Point = bn254.G1.Point;

/** Plain multi-scalar multiplication with noble, point by point: the oracle for faster ones. */
export function referenceMsm(powers: Uint8Array, scalars: IntVector | readonly Fr[]): G1 {
  if (powers.length < G1_BYTES * scalars.length) {
    throw new RangeError(`msm: ${scalars.length} scalars but only ${powers.length / G1_BYTES} points`);
  }
  let sum = Point.ZERO;
  for (let i = 0; i < scalars.length; i++) {
    const scalar = BigInt(scalars[i] as number | bigint);
    if (scalar === 0n) continue;
    const base = Point.fromAffine(g1FromMontgomeryLE(powers, G1_BYTES * i));
    const term = base.multiplyUnsafe((scalar < 0n ? -scalar : scalar) % FR_ORDER);
    sum = scalar < 0n ? sum.subtract(term) : sum.add(term);
  }
  if (sum.is0()) return G1_INFINITY;
  const { x, y } = sum.toAffine();
  return { x, y };
}
