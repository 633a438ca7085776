/** A number in three significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A part of a whole in percent, in two significant digits, rounded up: never less than it is. */
export function perCent(part: number): string {
  if (!(part > 0)) return "0 %";
  const digits = 10 ** (Math.floor(Math.log10(100 * part)) - 1);
  return `${short(Math.ceil((100 * part) / digits - 1e-9) * digits)} %`;
}
