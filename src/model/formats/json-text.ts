import { FormatError } from "../../errors/errors.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Parses UTF-8 JSON strictly. `path` names the file, `offset` is where the bytes start in it.
 * Throws `FormatError` for bytes that are not UTF-8, text that is not JSON, and a name that an object has
 * twice: `JSON.parse` would keep the last silently, and two readers could then see two models.
 */
export function parseJsonStrict(bytes: Uint8Array, path: string, offset = 0): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(path, "its JSON is not valid UTF-8", { offset, remedy: "The file is damaged.", cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(path, `its JSON does not parse: ${detail}`, {
      offset,
      remedy: "The file is damaged, or it is of another format.",
      cause,
    });
  }
  const duplicate = findDuplicateName(text);
  if (duplicate !== undefined) {
    throw new FormatError(path, `the name ${JSON.stringify(duplicate.name)} occurs twice in one JSON object`, {
      offset: offset + new TextEncoder().encode(text.slice(0, duplicate.at)).length,
      remedy: "Rename or remove one of them: it is not clear which is meant.",
    });
  }
  return value;
}

/** The first name that occurs twice in one object of a text that is known to be JSON, and its position. */
function findDuplicateName(text: string): { readonly name: string; readonly at: number } | undefined {
  const open: (Set<string> | undefined)[] = [];
  let expectName = false;
  let at = 0;
  while (at < text.length) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT:
        open.push(new Set());
        expectName = true;
        break;
      case OPEN_ARRAY:
        open.push(undefined);
        expectName = false;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        open.pop();
        expectName = false;
        break;
      case COMMA:
        expectName = open.at(-1) !== undefined;
        break;
      case COLON:
        expectName = false;
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (expectName && names !== undefined) {
          const name = JSON.parse(text.slice(at, end)) as string;
          if (names.has(name)) return { name, at };
          names.add(name);
        }
        at = end - 1;
        break;
      }
      default:
    }
    at++;
  }
  return undefined;
}

/** The position after the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}
