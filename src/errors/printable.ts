/** Controls (C0, DEL, C1), marks that reorder or hide text, lone surrogates, and separators of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * Text as it may reach a terminal or a page: what would steer it, or show something else than is there, is escaped as in
 * JSON (`\n`, `\u001b`). Names of tensors, of files inside a model and strings of configurations come from strangers.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => SHORT.get(character) ?? escapeUnits(character));
}

/** JSON text with everything unprintable in its strings escaped: the same value. `json` has no such character outside them. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, escapeUnits);
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, i) => hex(character.charCodeAt(i))).join("");
}

const hex = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;
