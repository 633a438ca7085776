/** A Python regular expression that JavaScript cannot follow to the letter. `reason` completes "the pattern … ". */
export class PythonPatternError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(`the pattern ${reason}`);
    this.reason = reason;
  }
}

/** Longest pattern that is translated: names of modules are short. */
const MAX_LENGTH = 1000;

/** Escapes of letters that mean the same in both languages, on ASCII text. */
const SAME_ESCAPES = "bBdDsSwWfnrtv";
const CLASS_ESCAPES = "dDsSwWfnrtvb";

/**
 * The source of a JavaScript regular expression (flag `u`) that matches what a pattern of Python's `re` does, on ASCII text.
 * Both languages differ in anchors (`\Z`), names of groups, escapes (`\-`), braces and brackets. Throws
 * `PythonPatternError` for what Python refuses, and for what has no exact counterpart: flags, atomic groups, possessive
 * quantifiers, conditions, and references to groups by number or to groups that may not have taken part.
 * Source: Python 3.13, library/re, "Regular Expression Syntax".
 */
export function translatePythonPattern(pattern: string): string {
  if (pattern.length > MAX_LENGTH) throw new PythonPatternError(`is longer than ${MAX_LENGTH} characters`);
  return new Translation(pattern).run();
}

class Translation {
  readonly #pattern: string;
  #at = 0;
  #depth = 0;
  #hasTopLevelChoice = false;
  /** Groups that take part in every match, and names that are referred to. */
  readonly #certain = new Set<string>();
  readonly #referred = new Set<string>();

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  run(): string {
    let source = "";
    while (this.#at < this.#pattern.length) source += this.#next();
    if (this.#depth !== 0) throw new PythonPatternError("has a parenthesis that is not closed");
    for (const name of this.#referred) {
      // Python: a group that took no part matches nothing; JavaScript: it matches the empty text.
      if (this.#hasTopLevelChoice || !this.#certain.has(name)) {
        throw new PythonPatternError(
          `refers to the group ${JSON.stringify(name)}, which may not take part in the match`,
        );
      }
    }
    return source;
  }

  #next(): string {
    const char = this.#pattern.charAt(this.#at);
    switch (char) {
      case "\\":
        return this.#escape();
      case "[":
        return this.#characterClass();
      case "(":
        return this.#group();
      case ")":
        this.#at++;
        this.#depth--;
        if (this.#depth < 0) throw new PythonPatternError("closes a parenthesis that is not open");
        return ")";
      case "|":
        this.#at++;
        if (this.#depth === 0) this.#hasTopLevelChoice = true;
        return "|";
      case "*":
      case "+":
      case "?":
        this.#at++;
        return this.#quantifier(char);
      case "{":
        return this.#braces();
      case ".":
        this.#at++;
        return "[^\\n]";
      case "$":
        this.#at++;
        return "(?=\\n?$)";
      case "}":
      case "]":
        this.#at++;
        return `\\${char}`;
      default:
        return this.#literal();
    }
  }

  /** A character as itself; a surrogate pair is one. */
  #literal(): string {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    return char;
  }

  #quantifier(source: string): string {
    const after = this.#pattern.charAt(this.#at);
    if (after === "+") throw new PythonPatternError("has a possessive quantifier");
    if (after !== "?") return source;
    this.#at++;
    return `${source}?`;
  }

  /** `{m}`, `{m,}`, `{,n}` and `{m,n}` repeat; other braces are themselves. */
  #braces(): string {
    const match = /^\{(\d*)(,?)(\d*)\}/u.exec(this.#pattern.slice(this.#at));
    const [whole = "", low = "", comma = "", high = ""] = match ?? [];
    if (match === null || (low === "" && comma === "")) {
      this.#at++;
      return "\\{";
    }
    this.#at += whole.length;
    return this.#quantifier(`{${low === "" ? "0" : low}${comma}${high}}`);
  }

  #group(): string {
    const rest = this.#pattern.slice(this.#at);
    const comment = /^\(\?#[^)]*\)/u.exec(rest);
    if (comment !== null) {
      this.#at += comment[0].length;
      return "";
    }
    const reference = /^\(\?P=(\w+)\)/u.exec(rest);
    if (reference !== null) {
      this.#at += reference[0].length;
      const name = reference[1] ?? "";
      this.#referred.add(name);
      return `\\k<${name}>`;
    }
    const open = /^\((?:\?(?::|=|!|<=|<!|P<([A-Za-z_]\w*)>))?/u.exec(rest);
    const [whole = "", name] = open ?? [];
    if (whole === "(" && rest.startsWith("(?")) {
      throw new PythonPatternError(
        `has ${JSON.stringify(/^\(\?[^:)]{0,10}[:)]?/u.exec(rest)?.[0] ?? rest.slice(0, 3))}, which has no counterpart here`,
      );
    }
    if (name !== undefined && this.#depth === 0 && this.#isUnquantified(this.#at)) this.#certain.add(name);
    this.#at += whole.length;
    this.#depth++;
    return name === undefined ? whole : `(?<${name}>`;
  }

  /** Whether no quantifier follows the parenthesis that closes the one at `from`. */
  #isUnquantified(from: number): boolean {
    let depth = 0;
    for (let at = from; at < this.#pattern.length; at++) {
      const char = this.#pattern.charAt(at);
      if (char === "\\") at++;
      else if (char === "[")
        return false; // brackets may hold parentheses: not looked into
      else if (char === "(") depth++;
      else if (char === ")" && --depth === 0) return !/^[*+?{]/u.test(this.#pattern.slice(at + 1));
    }
    return false;
  }

  #escape(): string {
    const char = this.#pattern.charAt(this.#at + 1);
    if (char === "A" || char === "Z" || char === "z") {
      this.#at += 2;
      return char === "A" ? "^" : "$";
    }
    if (char !== "" && SAME_ESCAPES.includes(char)) {
      this.#at += 2;
      return `\\${char}`;
    }
    return this.#codeOrLiteral();
  }

  /** `\x41`, `\u0041`, `\U00000041`, `\a`, or a character that is no letter or digit as itself. */
  #codeOrLiteral(): string {
    const rest = this.#pattern.slice(this.#at);
    const code = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/u.exec(rest);
    if (code !== null) {
      this.#at += code[0].length;
      return `\\u{${code[1] ?? code[2] ?? code[3] ?? ""}}`;
    }
    this.#at++;
    const char = this.#pattern.charAt(this.#at);
    if (char === "") throw new PythonPatternError("ends in a backslash");
    if (char === "a") {
      this.#at++;
      return "\\x07";
    }
    if (/[0-9]/u.test(char)) {
      throw new PythonPatternError(`refers to a group or a character by number (\\${char})`);
    }
    if (/[A-Za-z]/u.test(char)) throw new PythonPatternError(`has the escape \\${char}, which is not known here`);
    const literal = this.#literal();
    return /[\\^$.*+?()[\]{}|/]/u.test(literal) ? `\\${literal}` : literal;
  }

  /** `[…]`: a bracket that comes first is itself, and so is one that opens. */
  #characterClass(): string {
    this.#at++;
    let source = "[";
    if (this.#pattern.charAt(this.#at) === "^") {
      source += "^";
      this.#at++;
    }
    for (let isFirst = true; ; isFirst = false) {
      const char = this.#pattern.charAt(this.#at);
      if (char === "") throw new PythonPatternError("has a bracket that is not closed");
      if (char === "]" && !isFirst) {
        this.#at++;
        return `${source}]`;
      }
      const escaped = char === "\\" ? this.#pattern.charAt(this.#at + 1) : "";
      if (escaped !== "" && CLASS_ESCAPES.includes(escaped)) {
        this.#at += 2;
        source += `\\${escaped}`;
      } else if (escaped === "-") {
        this.#at += 2;
        source += "\\-";
      } else if (char === "\\") {
        source += this.#codeOrLiteral();
      } else {
        const literal = this.#literal();
        source += /[[\]^]/u.test(literal) ? `\\${literal}` : literal;
      }
    }
  }
}
