import type { G1, G2 } from "./g1.js";
import { InputError } from "../errors/errors.js";
import { FQ_ORDER } from "../protocol/constants.js";
import { readUint256LE, viewOf, writeUint256LE } from "./little-endian.js";

/** Bytes of an affine point of G1 in a `.ptau` or `.zkey`: x, y. */
export const G1_BYTES = 64;
/** Bytes of an affine point of G2: x.c0, x.c1, y.c0, y.c1. */
export const G2_BYTES = 128;

/** `R = 2^256`: a coordinate `x` is stored as `x·R mod q`, 32 bytes little-endian. */
const R = (1n << 256n) % FQ_ORDER;
/** `R^-1 mod q`, by Fermat. */
const R_INVERSE = power(R, FQ_ORDER - 2n);

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = (b * b) % FQ_ORDER) {
    if (e & 1n) result = (result * b) % FQ_ORDER;
  }
  return result;
}

function readCoordinate(view: DataView, offset: number): bigint {
  const stored = readUint256LE(view, offset);
  if (stored >= FQ_ORDER) throw new InputError(`coordinate at byte ${offset} is not below the base field's order`);
  return (stored * R_INVERSE) % FQ_ORDER;
}

/**
 * The G1 point stored in 64 bytes at `offset`; all zeros is infinity. Throws `InputError` for a coordinate that is
 * not reduced; whether the point lies on the curve is the caller's to check.
 */
export function g1FromMontgomeryLE(bytes: Uint8Array, offset = 0): G1 {
  const view = viewOf(bytes);
  return { x: readCoordinate(view, offset), y: readCoordinate(view, offset + 32) };
}

/** The G2 point stored in 128 bytes at `offset`; as `g1FromMontgomeryLE`. */
export function g2FromMontgomeryLE(bytes: Uint8Array, offset = 0): G2 {
  const view = viewOf(bytes);
  return {
    x: { c0: readCoordinate(view, offset), c1: readCoordinate(view, offset + 32) },
    y: { c0: readCoordinate(view, offset + 64), c1: readCoordinate(view, offset + 96) },
  };
}

/** 64 bytes of a G1 point with canonical coordinates. */
export function g1ToMontgomeryLE(point: G1): Uint8Array {
  return coordinatesToMontgomeryLE([point.x, point.y]);
}

/** 128 bytes of a G2 point with canonical coordinates. */
export function g2ToMontgomeryLE(point: G2): Uint8Array {
  return coordinatesToMontgomeryLE([point.x.c0, point.x.c1, point.y.c0, point.y.c1]);
}

function coordinatesToMontgomeryLE(coordinates: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(32 * coordinates.length);
  const view = viewOf(bytes);
  coordinates.forEach((value, i) => {
    writeUint256LE(view, 32 * i, (value * R) % FQ_ORDER);
  });
  return bytes;
}
