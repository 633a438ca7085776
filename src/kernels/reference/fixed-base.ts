import { bn254 } from "@noble/curves/bn254.js";
import { g1ToMontgomeryLE, g2ToMontgomeryLE } from "../../algebra/montgomery.js";
import type { Fr } from "../../algebra/fr.js";

/** `scalar·G1`, 64 bytes: affine, coordinates in Montgomery form (R = 2^256), little-endian; infinity is all zeros. */
export function referenceG1Multiple(scalar: Fr): Uint8Array {
  if (scalar === 0n) return g1ToMontgomeryLE({ x: 0n, y: 0n });
  const { x, y } = bn254.G1.Point.BASE.multiply(scalar).toAffine();
  return g1ToMontgomeryLE({ x, y });
}

/** `scalar·G2`, 128 bytes, the same. */
export function referenceG2Multiple(scalar: Fr): Uint8Array {
  const zero = { c0: 0n, c1: 0n };
  if (scalar === 0n) return g2ToMontgomeryLE({ x: zero, y: zero });
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine();
  return g2ToMontgomeryLE({ x: { c0: x.c0, c1: x.c1 }, y: { c0: y.c0, c1: y.c1 } });
}
