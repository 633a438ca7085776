import { InputError } from "../errors/errors.js";
import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import { isAddress } from "ethers";
import { TIER_NAMES, type TierName } from "../protocol/tiers.js";
import { parseJobs } from "./jobs.js";
import type { AskedOrientation } from "../model/formats/lora-orientation.js";
import type { Outcome, Session } from "./session.js";

/** How a command is run: opens a session, prints the outcome, remembers the exit code. */
export type Runner = (json: boolean, work: (session: Session) => Promise<Outcome>) => Promise<void>;

export interface CommandSpec<Options> {
  readonly name: string;
  readonly summary: string;
  /** What it does, in a few sentences. */
  readonly description: string;
  /** Positional arguments: their name in brackets and what they are. */
  readonly positionals?: readonly (readonly [name: string, description: string])[];
  readonly options?: readonly Option[];
  /** A line of shell each. */
  readonly examples: readonly string[];
  readonly run: (positionals: readonly string[], options: Options, session: Session) => Promise<Outcome>;
}

/** Adds a command to its parent; `--json` comes with it. The option types are what `options` parses to. */
export function addCommand<Options extends object>(parent: Command, runner: Runner, spec: CommandSpec<Options>): void {
  const command = parent
    .command(spec.name)
    .summary(spec.summary)
    .description(spec.description)
    .allowExcessArguments(false)
    .addHelpText(
      "after",
      `\nExample${spec.examples.length > 1 ? "s" : ""}:\n${spec.examples.map((line) => `  ${line}`).join("\n")}\n`,
    );
  for (const [name, description] of spec.positionals ?? []) command.addArgument(new Argument(name, description));
  for (const option of spec.options ?? []) {
    if (option.mandatory) option.description += " (required)";
    command.addOption(option);
  }
  command.addOption(new Option("--json", "print exactly one JSON object on stdout"));
  command.action(async () => {
    const options = command.opts<
      Options & { json?: boolean; jobs?: number; orientation?: readonly AskedOrientation[] }
    >();
    await runner(options.json ?? false, (session) => {
      session.useJobs(options.jobs);
      session.useOrientations(options.orientation);
      return spec.run(command.args, options, session);
    });
  });
}

export const artifactsOption = (): Option =>
  new Option("--artifacts <dir>", "folder of the setups (default: FTI_HOME, else .fti)");

export const forceOption = (): Option => new Option("--force", "overwrite existing outputs");

/** For commands that compute; `session.jobs` has the number. */
export const jobsOption = (): Option =>
  new Option("--jobs <n>", "number of threads (default: FTI_JOBS, else one per core)").argParser(parseJobs);

export const tierOption = (note = ""): Option =>
  new Option("--tier <tier>", `size of the tiles and the circuit${note}`).choices([...TIER_NAMES]);

export const outputOption = (fallback: string): Option =>
  new Option("-o, --output <file>", `output (default: ${fallback})`);

/** Collects an option that may be given several times. */
export function repeated(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** A whole number of at least 0. */
export function parseCount(value: string): number {
  if (!/^(0|[1-9]\d{0,14})$/u.test(value)) throw new InvalidArgumentError("expected a whole number");
  return Number(value);
}

/** A whole number of at least 0 of any size. */
export function parseBigCount(value: string): bigint {
  if (!/^(0|[1-9]\d{0,99})$/u.test(value)) throw new InvalidArgumentError("expected a whole number");
  return BigInt(value);
}

/** An Ethereum address, in lower case or with a right checksum; compared and stored in lower case. */
export function parseAddress(value: string): `0x${string}` {
  if (!/^0x[0-9a-fA-F]{40}$/u.test(value)) throw new InvalidArgumentError("expected 0x and 40 hex digits");
  if (!isAddress(value))
    throw new InvalidArgumentError("its upper and lower case do not match its checksum: check for a typing error");
  return value.toLowerCase() as `0x${string}`;
}

/** Collects addresses of an option that may be given several times. */
export function repeatedAddress(
  value: string,
  previous: readonly `0x${string}`[] | undefined,
): readonly `0x${string}`[] {
  return [...(previous ?? []), parseAddress(value)];
}

/** The id of a model, policy or certificate. */
export function parseHash(value: string): `0x${string}` {
  if (!/^0x[0-9a-fA-F]{64}$/u.test(value)) throw new InvalidArgumentError("expected 0x and 64 hex digits");
  return value.toLowerCase() as `0x${string}`;
}

/** As `parseHash`, of what is no option. Throws `InputError`. */
export function hashArgument(value: string): `0x${string}` {
  try {
    return parseHash(value);
  } catch (cause) {
    throw new InputError(`${value} is not an id: expected 0x and 64 hex digits`, { cause });
  }
}

export type { TierName };
