import { printable } from "../errors/printable.js";
import {
  ArtifactError,
  FormatError,
  FtiError,
  LostTransactionError,
  PolicyViolation,
  RegistryError,
  VerificationError,
} from "../errors/errors.js";

/** An error as the command line shows it. */
export interface ErrorReport {
  readonly exitCode: 1 | 2 | 3;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Known errors without a stack; anything else is a bug of this program and says so. */
export function errorReport(error: unknown, debug: boolean): ErrorReport {
  if (error instanceof FtiError) {
    const lines = [
      `error: ${printable(error.shortMessage)}`,
      ...(error.remedy === undefined ? [] : [`  ${printable(error.remedy)}`]),
    ];
    if (debug && error.stack !== undefined) lines.push(printableLines(error.stack));
    const { name, shortMessage: message, remedy } = error;
    return {
      exitCode: error.exitCode,
      text: lines.join("\n"),
      json: { name, message, ...(remedy === undefined ? {} : { remedy }), ...detailsOf(error) },
    };
  }
  if (isUsageError(error)) {
    // Commander asks for help when a group such as `fti policy` is given without a command.
    const message = error.code === "commander.help" ? "a command is missing" : error.message.replace(/^error: /u, "");
    return { exitCode: 2, text: message, json: { name: "UsageError", message } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = debug && error instanceof Error ? `\n${printableLines(error.stack ?? "")}` : "";
  return {
    exitCode: 3,
    text: `error: this is a bug in fti: ${printable(message)}\n  Please report it. FTI_DEBUG=1 shows where it happened.${stack}`,
    json: { name: "Bug", message },
  };
}

/** A stack, which is several lines. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function detailsOf(error: FtiError): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  if (error instanceof VerificationError)
    Object.assign(details, { phase: error.phase, expected: error.expected, actual: error.actual });
  if (error instanceof PolicyViolation)
    Object.assign(details, { rule: error.rule, measured: error.measured, allowed: error.allowed });
  if (error instanceof RegistryError) Object.assign(details, { errorName: error.errorName, args: error.args });
  if (error instanceof LostTransactionError) Object.assign(details, { transactionHash: error.transactionHash });
  if (error instanceof FormatError) Object.assign(details, { path: error.path, offset: error.offset });
  if (error instanceof ArtifactError) {
    Object.assign(details, {
      path: error.path,
      expectedDigest: error.expectedDigest,
      actualDigest: error.actualDigest,
    });
  }
  return details;
}

/** Commander's own errors, told by their code: a loader may give this file another instance of the package. */
function isUsageError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}
