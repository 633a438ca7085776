import { FormatError } from "../errors/errors.js";

/** What a tensor's elements are; integers and booleans are committed without fractional bits (PROTOCOL 2). */
export type NumericKind = "float" | "integer" | "boolean";

/** A tensor of numbers, read piece by piece. */
export interface TensorReader {
  readonly kind: NumericKind;
  readonly name: string;
  /** The format's own word for how the elements are stored, such as `BF16` or `float32 (uint8)`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Product of `shape`. */
  readonly elementCount: number;
  /** The file that holds it, for messages. */
  readonly file: string;
  /**
   * `count` elements in row-major order from `start`, as float64; every supported dtype but 64-bit integers
   * of at least 2^53 (which are out of range anyway) converts exactly. NaN and infinities are passed through.
   * Throws `RangeError` outside the tensor.
   */
  readValues(start: number, count: number): Promise<Float64Array>;
}

/** A tensor of strings, bound by digest. */
export interface StringTensor {
  readonly kind: "string";
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elementCount: number;
  readonly file: string;
  /**
   * SHA-256, as 64 lowercase hex digits, over the elements in row-major order: for each its length in bytes
   * as a 32-bit little-endian integer, then the bytes.
   */
  readonly sha256: string;
}

export type ModelTensor = TensorReader | StringTensor;

/** Product of a shape; 1 for a scalar. */
export function elementCountOf(shape: readonly number[]): number {
  return shape.reduce((count, side) => count * side, 1);
}

/**
 * A shape from a file: non-negative whole numbers whose product is a safe integer.
 * Throws `FormatError` naming the tensor and the first wrong side.
 */
export function parseShape(path: string, name: string, shape: unknown): readonly number[] {
  const reject = (detail: string): never => {
    throw new FormatError(path, `tensor ${JSON.stringify(name)}: ${detail}`, {
      remedy: "A shape is a list of whole numbers, none negative. The file is damaged.",
    });
  };
  if (!Array.isArray(shape)) return reject(`its shape is ${JSON.stringify(shape)}`);
  const sides = shape.map((side: unknown) => {
    if (typeof side !== "number" || !Number.isSafeInteger(side) || side < 0) {
      return reject(`its shape ${JSON.stringify(shape)} has the side ${JSON.stringify(side)}`);
    }
    return side + 0; // -0 is 0
  });
  if (!Number.isSafeInteger(elementCountOf(sides))) return reject(`its shape ${JSON.stringify(shape)} is too large`);
  return sides;
}

/** Throws `FormatError` for a name that is not a Unicode string (it would have no canonical JSON). */
export function assertTensorName(path: string, name: string): void {
  if (/\p{Surrogate}/u.test(name)) {
    throw new FormatError(path, `the tensor name ${JSON.stringify(name)} holds half of a surrogate pair`, {
      remedy: "Rename the tensor.",
    });
  }
}

/** Orders names by their UTF-8 bytes, which is by code points: the manifest's order on every machine. */
export function compareNames(left: string, right: string): number {
  const a = Array.from(left);
  const b = Array.from(right);
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i]?.codePointAt(0) ?? 0) - (b[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Throws `RangeError` unless `start … start + count - 1` are elements of the tensor. */
export function assertElementRange(name: string, elementCount: number, start: number, count: number): void {
  if (!(start >= 0 && count >= 0 && start + count <= elementCount)) {
    throw new RangeError(`tensor ${name}: elements ${start} to ${start + count} of ${elementCount}`);
  }
}
