import { randomUUID } from "node:crypto";
import pico from "picocolors";
import { printable } from "../errors/printable.js";

/** Colors that know whether they are wanted. Texts are marked, and become colored when `showLine` prints the line. */
export interface Colors {
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** Marks of this process that no text from outside can hold, so that its own colors are told from a stranger's. */
const MARK = randomUUID();
const STYLES = ["bold", "red", "green", "yellow"] as const;

/** Colors for lines that `showLine` prints. */
export function markedColors(isEnabled: boolean): Colors {
  const mark = (style: (typeof STYLES)[number]) => (text: string) =>
    isEnabled ? `<${MARK}:${style}>${text}</${MARK}:${style}>` : text;
  return { bold: mark("bold"), red: mark("red"), green: mark("green"), yellow: mark("yellow") };
}

/** One line for a terminal: control characters escaped, marks of `markedColors` as the terminal's colors. */
export function showLine(line: string): string {
  const on = pico.createColors(true);
  return STYLES.reduce((text, style) => {
    const [start = "", end = ""] = on[style]("\0").split("\0");
    return text.replaceAll(`<${MARK}:${style}>`, start).replaceAll(`</${MARK}:${style}>`, end);
  }, printable(line));
}
