import { bn254 } from "@noble/curves/bn254.js";
import { FQ_ORDER } from "../../protocol/constants.js";
import { FR_ORDER } from "../../protocol/constants.js";
import { G1_INFINITY, type G1 } from "../../curve/g1.js";
import type { Fr } from "../../field/fr.js";
import type { IntVector } from "../backend.js";

const Point = bn254.G1.Point;
const R_INVERSE = bn254.fields.Fp.inv((1n << 256n) % FQ_ORDER);

function coordinateMontLE(bytes: Uint8Array, offset: number): bigint {
  let value = 0n;
  for (let i = 31; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i] ?? 0);
  return (value * R_INVERSE) % FQ_ORDER;
}

/** Reads point `index` of a packed vector: 64 bytes, little-endian, Montgomery. */
export function readPointMontLE(powers: Uint8Array, index: number): G1 {
  return { x: coordinateMontLE(powers, 64 * index), y: coordinateMontLE(powers, 64 * index + 32) };
}

/** Plain multi-scalar multiplication with noble, point by point: the oracle for faster ones. */
export function referenceMsm(powers: Uint8Array, scalars: IntVector | readonly Fr[]): G1 {
  if (powers.length < 64 * scalars.length) {
    throw new RangeError(`msm: ${scalars.length} scalars but only ${powers.length / 64} points`);
  }
  let sum = Point.ZERO;
  for (let i = 0; i < scalars.length; i++) {
    const scalar = BigInt(scalars[i] as number | bigint);
    if (scalar === 0n) continue;
    const base = Point.fromAffine(readPointMontLE(powers, i));
    const term = base.multiplyUnsafe((scalar < 0n ? -scalar : scalar) % FR_ORDER);
    sum = scalar < 0n ? sum.subtract(term) : sum.add(term);
  }
  if (sum.is0()) return G1_INFINITY;
  const { x, y } = sum.toAffine();
  return { x, y };
}
