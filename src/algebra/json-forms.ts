import * as z from "zod/mini";

/**
 * How numbers, hashes and points are written in JSON files, as schemas. `zod/mini` here and in every reader that a
 * consumer's page needs: zod's other classes bring the making of JSON Schemas, 25 kB, into every bundle.
 */

/** An object without further fields. */
export function strict<const Shape extends z.core.$ZodShape>(shape: Shape): z.ZodMiniObject<Shape, z.core.$strict> {
  return z.strictObject(shape);
}

/** 32 bytes. */
export const word = z.string().check(z.regex(/^0x[0-9a-f]{64}$/, "expected 0x and 64 lowercase hex digits"));
export const address = z.string().check(z.regex(/^0x[0-9a-f]{40}$/, "expected 0x and 40 lowercase hex digits"));
export const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, "expected 64 lowercase hex digits"));
/** A number of things, or the place of one: 32 bits. */
export const count = z.int().check(z.minimum(0), z.maximum(0xffff_ffff));
/** A number of bytes, elements or blocks: up to 2^53. */
export const size = z.int().check(z.minimum(0));
/** Fraction bits and units: 16 bits, signed. */
export const exponent = z.int().check(z.minimum(-0x8000), z.maximum(0x7fff));
/** A point of G1; whether it is on the curve is for who decodes it. */
export const point = strict({ x: word, y: word });

/** At most 78 digits are read as a number: more are never below 2^256. */
const DECIMAL = /^(0|[1-9][0-9]{0,77})$/;
/** A number below 2^256 in decimal digits, in quotes. */
export const decimal = z
  .string()
  .check(
    z.refine(
      (digits) => DECIMAL.test(digits) && BigInt(digits) >> 256n === 0n,
      "expected a decimal number below 2^256, in quotes",
    ),
  );
