import { pippenger } from "@noble/curves/abstract/curve.js";
import { bn254 } from "@noble/curves/bn254.js";
import type { G1 } from "../../src/algebra/g1.js";
import { G1_BYTES, g1FromMontgomeryLE } from "../../src/algebra/montgomery.js";

const { Point } = bn254.G1;
const { Fr } = bn254.fields;

/** A function that multiplies two elements. */
export function nobleMultiply(a: bigint, b: bigint): () => void {
  return () => Fr.mul(a, b);
}

/** The first `scalars.length` of `points` (as in a `.ptau`), ready for noble; then the sum, as often as it is called. */
export function nobleMsm(points: Uint8Array, scalars: readonly bigint[]): () => G1 {
  const read = scalars.map((_, i) => Point.fromAffine(g1FromMontgomeryLE(points, i * G1_BYTES)));
  return () => pippenger(Point, read, [...scalars]).toAffine();
}
