import { decoderOf, type DecodeValues } from "../element-bytes.js";

/** How the 256 codes of an 8-bit float are read: a sign, then exponent and fraction, or an exponent alone. */
interface Float8 {
  readonly exponentBits: number;
  readonly bias: number;
  /** Which codes, without their sign, are no finite number; of `fnuz` formats it is the code of -0. */
  readonly special: "nan-at-end" | "as-ieee" | "fnuz";
}

const E4M3: Float8 = { exponentBits: 4, bias: 7, special: "nan-at-end" };
const E5M2: Float8 = { exponentBits: 5, bias: 15, special: "as-ieee" };
const E4M3_FNUZ: Float8 = { exponentBits: 4, bias: 8, special: "fnuz" };
const E5M2_FNUZ: Float8 = { exponentBits: 5, bias: 16, special: "fnuz" };

function float8FromBits(code: number, { exponentBits, bias, special }: Float8): number {
  if (special === "fnuz" && code === 0x80) return NaN;
  const sign = code & 0x80 ? -1 : 1;
  const size = code & 0x7f;
  if (special === "nan-at-end" && size === 0x7f) return NaN;
  const fractionBits = 7 - exponentBits;
  const exponent = size >> fractionBits;
  const fraction = size & (2 ** fractionBits - 1);
  if (special === "as-ieee" && exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - fractionBits);
  return sign * (2 ** fractionBits + fraction) * 2 ** (exponent - bias - fractionBits);
}

function decodeTable(valueOf: (code: number) => number): DecodeValues {
  const table = Float64Array.from({ length: 256 }, (_, code) => valueOf(code));
  return decoderOf(Uint8Array, (stored, values) => {
    for (let i = 0; i < values.length; i++) values[i] = table[stored[i] as number] as number;
  });
}

/** OCP 8-bit floats: E4M3 has no infinities, E5M2 is the upper half of binary16; `fnuz` has neither -0 nor infinities. */
export const decodeE4M3 = decodeTable((code) => float8FromBits(code, E4M3));
export const decodeE5M2 = decodeTable((code) => float8FromBits(code, E5M2));
export const decodeE4M3Fnuz = decodeTable((code) => float8FromBits(code, E4M3_FNUZ));
export const decodeE5M2Fnuz = decodeTable((code) => float8FromBits(code, E5M2_FNUZ));
/** A power of two without a sign, as scales of microscaling formats are stored. */
export const decodeE8M0 = decodeTable((code) => (code === 0xff ? NaN : 2 ** (code - 127)));
