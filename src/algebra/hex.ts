import { FR_ORDER, FQ_ORDER } from "../protocol/constants.js";
import { InputError } from "../errors/errors.js";
import type { Fr } from "./fr.js";
import { isG1, type G1 } from "./g1.js";

/** A 0x-prefixed lowercase hex string. */
export type Hex = `0x${string}`;

const WORD = /^0x[0-9a-f]{64}$/;

/** A 256-bit unsigned integer as 0x and 64 lowercase digits, big-endian. */
export function wordToHexBE(value: bigint): Hex {
  if (value < 0n || value >> 256n !== 0n) throw new RangeError(`wordToHexBE: ${value} does not fit into 32 bytes`);
  return `0x${value.toString(16).padStart(64, "0")}`;
}

/** A wrong value as an error shows it. Not JSON: that fails for bigints and cycles. */
function describeValue(value: unknown): string {
  if (typeof value !== "string") return value === null ? "null" : `a value of type ${typeof value}`;
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}

/** Reads exactly 0x and 64 lowercase digits. `label` names the value in errors. */
export function hexToWordBE(hex: unknown, label: string): bigint {
  if (typeof hex !== "string" || !WORD.test(hex)) {
    throw new InputError(`${label}: expected 0x and 64 lowercase hex digits, got ${describeValue(hex)}`);
  }
  return BigInt(hex);
}

/** Reads a canonical field element; values of at least p are refused. */
export function hexToFr(hex: unknown, label: string): Fr {
  const value = hexToWordBE(hex, label);
  if (value >= FR_ORDER) throw new InputError(`${label}: ${String(hex)} is not below the scalar field's order`);
  return value as Fr;
}

/** Reads a G1 point with canonical coordinates on the curve, `(0, 0)` being infinity. */
export function hexToG1(point: { readonly x: unknown; readonly y: unknown }, label: string): G1 {
  const x = hexToWordBE(point.x, `${label}.x`);
  const y = hexToWordBE(point.y, `${label}.y`);
  if (x >= FQ_ORDER || y >= FQ_ORDER)
    throw new InputError(`${label}: a coordinate is not below the base field's order`);
  if (!isG1({ x, y })) throw new InputError(`${label}: the point is not on BN254's G1`);
  return { x, y };
}

export function g1ToHex(point: G1): { x: Hex; y: Hex } {
  return { x: wordToHexBE(point.x), y: wordToHexBE(point.y) };
}
