import type * as z from "zod/mini";
import { FormatError, InputError } from "./errors.js";
import { firstIssue } from "./first-issue.js";

/**
 * Reads a file of that schema and has `decode` turn it into values. Throws `FormatError` naming the file and the field;
 * `expectation` says what the file should have been.
 */
export function parseFile<File, Value>(
  schema: z.ZodMiniType<File>,
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
  const parsed = schema.safeParse(json, { reportInput: true });
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
