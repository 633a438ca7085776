import { FormatError } from "../../errors/errors.js";
import { PythonPatternError, translatePythonPattern } from "./python-pattern.js";

/** `rank_pattern` or `alpha_pattern` of an adapter's configuration: what a module has instead of the default. */
export class ModulePatterns {
  /** The field's name, for messages. */
  readonly field: string;
  readonly #path: string;
  readonly #entries: readonly Entry[];
  readonly #used = new Set<string>();

  /** Throws `FormatError` naming the first key that cannot be followed exactly as Python does. */
  constructor(path: string, field: string, patterns: Readonly<Record<string, number>> | null | undefined) {
    this.field = field;
    this.#path = path;
    this.#entries = Object.entries(patterns ?? {}).map(([key, value]) => ({ key, value, whole: this.#compile(key) }));
  }

  /**
   * The value of the first key that matches, or `undefined`. As in PEFT a key is a regular expression for the module's path or
   * for the end of it after a dot: `re.match(rf"(.*\.)?({key})$", path)`; a path that is itself a key has that value too.
   * Source: huggingface/peft, src/peft/utils/other.py, `get_pattern_key`.
   */
  valueOf(module: string): number | undefined {
    const found = this.#entries.filter(({ whole }) => this.#test(whole, module));
    const [first] = found.length > 0 ? found : this.#entries.filter(({ key }) => key === module);
    if (first === undefined) return undefined;
    for (const { key } of found) this.#used.add(key);
    this.#used.add(first.key);
    const other = found.find(({ key, value }) => value !== first.value && (isIndex(key) || isIndex(first.key)));
    if (other !== undefined) {
      throw this.#refusal(
        `${JSON.stringify(first.key)} and ${JSON.stringify(other.key)} both match ${JSON.stringify(module)}, and which comes first is lost`,
      );
    }
    return first.value;
  }

  /** The keys that have matched no module so far. */
  unused(): readonly string[] {
    return this.#entries.flatMap(({ key }) => (this.#used.has(key) ? [] : [key]));
  }

  #test({ expression, hasClasses }: Compiled, module: string): boolean {
    // Classes such as \w know all of Unicode in Python, and ASCII here.
    if (hasClasses && /[^\0-\x7f]/u.test(module)) {
      throw this.#refusal(
        `the module ${JSON.stringify(module)} is not ASCII, which classes such as \\w see differently`,
      );
    }
    return expression.test(module);
  }

  #compile(key: string): Compiled {
    try {
      const expression = new RegExp(`^(?:[^\\n]*\\.)?(?:${translatePythonPattern(key)})(?=\\n?$)`, "u");
      return { expression, hasClasses: /\\[dwsb]/iu.test(key) };
    } catch (cause) {
      const reason =
        cause instanceof PythonPatternError
          ? cause.reason
          : "is not a regular expression that Python and JavaScript share";
      throw this.#refusal(`the pattern ${JSON.stringify(key)} ${reason}`, cause);
    }
  }

  #refusal(detail: string, cause?: unknown): FormatError {
    return new FormatError(this.#path, `${this.field}: ${detail}`, {
      remedy: "Write the modules' names out in full, or merge the adapter and give the merged model.",
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

interface Compiled {
  readonly expression: RegExp;
  readonly hasClasses: boolean;
}

interface Entry {
  readonly key: string;
  readonly value: number;
  readonly whole: Compiled;
}

/** JavaScript puts keys that are whole numbers before all others, whatever their order in the file. */
function isIndex(key: string): boolean {
  return /^(0|[1-9]\d*)$/u.test(key);
}
