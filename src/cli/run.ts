import { Command, CommanderError } from "commander";
import { addCommands } from "./commands.js";
import { showLine } from "./colors.js";
import type { Runner } from "./command.js";
import type { CliIo } from "./io.js";
import { encodeJson } from "./json.js";
import type { Outcome } from "./session.js";

/** See `EXIT_CODES`. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

const EXIT_CODES =
  "Exit codes: 0 done, valid or certified; 1 invalid or not certified; 2 bad input or usage; 3 could not check; " +
  "4 a report, because no base was named (query); 5 made with development keys, so that it proves nothing (verify, query).";

/**
 * Runs one command line (without node and script) and returns its exit code. With `--json`, stdout gets exactly one
 * object, also when the command fails; everything else goes to stderr.
 */
export async function run(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const wantsJson = argv.includes("--json");
  let exitCode: ExitCode = 0;
  const runner: Runner = async (json, work) => {
    const { Session } = await import("./session.js");
    const session = new Session(io, json);
    let outcome: Outcome;
    try {
      outcome = await work(session);
    } finally {
      await session.close();
    }
    exitCode = outcome.exitCode;
    const { notices } = session;
    const object = notices.length === 0 ? outcome.json : { ...outcome.json, notes: notices };
    io.stdout(json ? `${encodeJson(object)}\n` : outcome.lines.map((line) => `${showLine(line)}\n`).join(""));
  };
  try {
    const program = await createProgram(runner, io, argv);
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
    // Loaded as the commands are, so that both have the same classes of errors.
    const { errorReport } = await import("./error-report.js");
    const report = errorReport(error, io.env["FTI_DEBUG"] !== undefined);
    // Commander has printed its own message already.
    if (!(error instanceof CommanderError)) io.stderr(`${report.text}\n`);
    if (wantsJson) io.stdout(`${encodeJson({ error: report.json })}\n`);
    return report.exitCode;
  }
}

async function createProgram(runner: Runner, io: CliIo, argv: readonly string[]): Promise<Command> {
  const wantsJson = argv.includes("--json");
  const program = new Command("fti")
    .description(
      "Prove, and check, how much a fine-tune changed its base model.\n" +
        "The usual way: setup, commit (base and fine-tune), policy, prove, verify, register, query. Start with: fti demo",
    )
    .version("0.1.0")
    .showHelpAfterError("(See --help.)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        if (wantsJson) io.stderr(text);
        else io.stdout(text);
      },
      writeErr: io.stderr,
    })
    .addHelpText("after", `\n${EXIT_CODES}\n` + "Every command takes --json and has an example: fti COMMAND --help\n");
  await addCommands(program, runner, argv);
  inheritSettings(program);
  return program;
}

/** Commander copies settings to subcommands made by `.command`, but only those set before; see that none exits. */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}
