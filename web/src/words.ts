/** `0x12345678…9abcdef0`: enough of an id to tell two apart; the whole one is in the title or beside it. */
export function shorten(id: string): string {
  return id.length <= 22 ? id : `${id.slice(0, 10)}…${id.slice(-8)}`;
}

/** `1 tile`, `12 tiles`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** `2026-11-23 08:15 UTC` of seconds since 1970. */
export function moment(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** `1.2 MB` of bytes. */
export function byteSize(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ""}`;
}
