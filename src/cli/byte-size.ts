import { InvalidArgumentError } from "commander";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** A size such as `8GB`, `7.5GiB` or `800000000`, in bytes. */
export function parseByteSize(value: string): number {
  const [, digits, unit] = /^(\d{1,15}(?:\.\d{1,6})?) ?([a-z]{0,3})$/iu.exec(value) ?? [];
  const scale = UNITS[(unit ?? "").toUpperCase()];
  const bytes = digits === undefined || scale === undefined ? 0 : Math.floor(Number(digits) * scale);
  if (bytes < 1 || !Number.isSafeInteger(bytes))
    throw new InvalidArgumentError("expected a size, such as 8GB or 500MB");
  return bytes;
}
