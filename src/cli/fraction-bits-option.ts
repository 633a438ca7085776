import { InvalidArgumentError, Option } from "commander";
import type { FractionBitsOptions } from "../quantize/fraction-bits.js";

/** What `--fraction-bits`, given any number of times, says. */
export type FractionBitsOption = Pick<FractionBitsOptions, "fractionBits" | "overrides">;

/** `--fraction-bits`: `auto`, a number for all tensors, or `NAME=N` for those that the name or glob matches. */
export function fractionBitsOption(): Option {
  return new Option(
    "--fraction-bits <n>",
    "quantize to multiples of 2^-n: a number, or NAME=N for the tensors that a name or glob matches (repeatable) (default: auto, by each tensor's magnitude)",
  ).argParser(parseFractionBits);
}

/** Adds one value to those before it. Throws `InvalidArgumentError`. */
export function parseFractionBits(value: string, previous: FractionBitsOption = {}): FractionBitsOption {
  const at = value.lastIndexOf("=");
  if (at < 0) return { ...previous, fractionBits: value === "auto" ? value : wholeNumber(value) };
  const name = value.slice(0, at);
  if (name === "") throw new InvalidArgumentError("expected a number, auto or NAME=N");
  return { ...previous, overrides: new Map([...(previous.overrides ?? []), [name, wholeNumber(value.slice(at + 1))]]) };
}

function wholeNumber(value: string): number {
  if (!/^-?\d{1,3}$/u.test(value)) throw new InvalidArgumentError("expected a whole number, auto or NAME=N");
  return Number(value);
}
