import { z } from "zod";
import { FormatError, InputError } from "../errors/errors.js";
import { firstIssue } from "../errors/first-issue.js";

/** Parts of the schemas of certificates and their segments. `docs/certificate-format.md` describes them in words. */

/** An object without further fields. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape);
}

export const word = z.string().regex(/^0x[0-9a-f]{64}$/, "expected 0x and 64 lowercase hex digits");
export const address = z.string().regex(/^0x[0-9a-f]{40}$/, "expected 0x and 40 lowercase hex digits");
/** At most 78 digits are read as a number: more are never below 2^256. */
const DECIMAL = /^(0|[1-9][0-9]{0,77})$/;
export const decimal = z
  .string()
  .refine((digits) => DECIMAL.test(digits) && BigInt(digits) >> 256n === 0n, "expected a decimal number below 2^256");
export const count = z.number().int().min(0).max(0xffff_ffff);
export const point = strict({ x: word, y: word });

/**
 * Reads a file of that schema and has `decode` turn it into values. Throws `FormatError` naming the file and the field;
 * `expectation` says what the file should have been.
 */
export function parseFile<File, Value>(
  schema: z.ZodType<File>,
  text: string,
  path: string,
  expectation: string,
  decode: (file: File) => Value,
): Value {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(path, "is not JSON", { cause, remedy: expectation });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new FormatError(path, firstIssue(parsed.error), { remedy: expectation });
  }
  try {
    return decode(parsed.data);
  } catch (error) {
    if (error instanceof InputError) throw new FormatError(path, error.shortMessage, { cause: error });
    throw error;
  }
}
