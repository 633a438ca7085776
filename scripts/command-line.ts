import { parseArgs } from "node:util";

/** An option of a script. */
export interface OptionText {
  readonly type: "boolean" | "string";
  /** What it does, on one line. */
  readonly does: string;
  /** Of a string: what to write after it, as FILE. */
  readonly value?: string;
  readonly default?: string;
}

/** What `--help` prints about a script. */
export interface ScriptText<Options extends Readonly<Record<string, OptionText>>> {
  /** As it is called: "npm run bench --". */
  readonly command: string;
  /** What it does: a sentence or a few. */
  readonly does: string;
  /** Arguments that are no options, none by default: FOLDER, or [PATTERN] if it can be left out; the last can end in …] */
  readonly positionals?: readonly { readonly name: string; readonly does: string }[];
  readonly options: Options;
  readonly example: string;
}

/** Values by option: a string can be absent only if it has no default. */
type Values<Options extends Readonly<Record<string, OptionText>>> = {
  readonly [Name in keyof Options]: Options[Name]["type"] extends "boolean"
    ? boolean
    : Options[Name] extends { readonly default: string }
      ? string
      : string | undefined;
};

/** What a script was called with. */
export interface CommandLine<Options extends Readonly<Record<string, OptionText>>> {
  readonly options: Values<Options>;
  readonly positionals: readonly string[];
  /** For values that a script cannot use: one line and exit code 2. */
  readonly refuse: (problem: string) => never;
}

/** The text of `--help`. */
export function usageText(script: ScriptText<Readonly<Record<string, OptionText>>>): string {
  const { command, does, positionals = [], options, example } = script;
  const optionRows = [
    ...Object.entries(options).map(([name, option]): [string, string] => [
      `--${name}${option.type === "string" ? ` ${option.value ?? "VALUE"}` : ""}`,
      `${option.does}${option.default === undefined ? "" : ` (${option.default})`}`,
    ]),
    ["--help", "show this"] as [string, string],
  ];
  const argumentRows = positionals.map((each): [string, string] => [each.name, each.does]);
  const width = Math.max(...[...optionRows, ...argumentRows].map(([name]) => name.length)) + 3;
  const list = (rows: readonly [string, string][]): string =>
    rows.map(([name, text]) => `  ${name.padEnd(width)}${text}\n`).join("");
  const names = positionals.map(({ name }) => ` ${name}`).join("");
  return [
    `usage: ${command} [OPTION …]${names}\n\n${does}\n`,
    ...(argumentRows.length === 0 ? [] : [`arguments:\n${list(argumentRows)}`]),
    `options:\n${list(optionRows)}`,
    `example:\n  ${example}\n`,
  ].join("\n");
}

/**
 * Reads a script's arguments. `--help` prints the usage and ends with 0; what the script does not know, a value that is
 * missing, or one argument too many is told in one line, and ends with 2.
 */
export function readCommandLine<const Options extends Readonly<Record<string, OptionText>>>(
  script: ScriptText<Options>,
  args: readonly string[] = process.argv.slice(2),
): CommandLine<Options> {
  const { command, positionals = [], options } = script;
  const refuse = (problem: string): never => {
    process.stderr.write(`${command.replace(/ --$/u, "")}: ${problem}. See --help.\n`);
    process.exit(2);
  };
  try {
    const parsed = parseArgs({
      args: [...args],
      allowPositionals: positionals.length > 0,
      options: {
        ...Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])),
        help: { type: "boolean", short: "h" },
      },
    });
    if (parsed.values.help === true) {
      process.stdout.write(usageText(script));
      process.exit(0);
    }
    const most = positionals.at(-1)?.name.endsWith("…]") === true ? Infinity : positionals.length;
    const extra = parsed.positionals[most];
    if (extra !== undefined) refuse(`unexpected argument ${extra}`);
    const given: Readonly<Record<string, unknown>> = parsed.values;
    const values = Object.entries(options).map(([name, option]): [string, unknown] => [
      name,
      given[name] ?? (option.type === "boolean" ? false : option.default),
    ]);
    return { options: Object.fromEntries(values) as Values<Options>, positionals: parsed.positionals, refuse };
  } catch (error) {
    if (!(error instanceof TypeError && "code" in error)) throw error;
    // Node's own advice, after the first sentence, is about its parser.
    return refuse((error.message.split(/\. |\n/u)[0] ?? error.message).replace(/^\w/u, (first) => first.toLowerCase()));
  }
}
