import { printableJson } from "../errors/printable.js";

/** One line of JSON; bigints as decimal strings, control characters of any kind escaped. */
export function encodeJson(value: unknown): string {
  return printableJson(
    JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? item.toString() : item)),
  );
}
