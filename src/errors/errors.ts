/**
 * Every error that a user can meet. `shortMessage` says what is wrong in one line, `remedy` what to do
 * about it. `exitCode` is what the command line returns: 1 invalid, 2 bad input or usage, 3 could not check.
 */
export abstract class FtiError extends Error {
  abstract readonly exitCode: 1 | 2 | 3;
  readonly shortMessage: string;
  readonly remedy: string | undefined;

  constructor(shortMessage: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(
      options.remedy === undefined ? shortMessage : `${shortMessage}\n${options.remedy}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = new.target.name;
    this.shortMessage = shortMessage;
    this.remedy = options.remedy;
  }
}

/** A value given by the caller is not usable: weights, ranges, options. */
export class InputError extends FtiError {
  readonly exitCode = 2;
}

/** A file does not follow its format. `path` names the file, `offset` the byte where known. */
export class FormatError extends FtiError {
  readonly exitCode = 2;
  readonly path: string;
  readonly offset: number | undefined;

  constructor(path: string, detail: string, options: { offset?: number; remedy?: string; cause?: unknown } = {}) {
    super(`${path}: ${detail}${options.offset === undefined ? "" : ` (at byte ${String(options.offset)})`}`, options);
    this.path = path;
    this.offset = options.offset;
  }
}

/** The drift between two models breaks a rule of the policy, or the policy itself is broken. */
export class PolicyViolation extends FtiError {
  readonly exitCode = 1;
  readonly rule: number | undefined;
  readonly measured: bigint | undefined;
  readonly allowed: bigint | undefined;

  constructor(
    shortMessage: string,
    options: { rule?: number; measured?: bigint; allowed?: bigint; remedy?: string } = {},
  ) {
    super(shortMessage, options);
    this.rule = options.rule;
    this.measured = options.measured;
    this.allowed = options.allowed;
  }
}

/** A setup artifact (SRS, circuit, key) is missing, changed or for another tier. */
export class ArtifactError extends FtiError {
  readonly exitCode = 2;
  readonly path: string;
  readonly expectedDigest: string | undefined;
  readonly actualDigest: string | undefined;

  constructor(
    path: string,
    detail: string,
    options: { expectedDigest?: string; actualDigest?: string; remedy?: string; cause?: unknown } = {},
  ) {
    super(`${path}: ${detail}`, options);
    this.path = path;
    this.expectedDigest = options.expectedDigest;
    this.actualDigest = options.actualDigest;
  }
}

/** A proof or certificate is invalid. `phase` names the check that rejected it. */
export class VerificationError extends FtiError {
  readonly exitCode = 1;
  readonly phase: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;

  constructor(phase: string, detail: string, options: { expected?: string; actual?: string; remedy?: string } = {}) {
    super(`${phase}: ${detail}`, options);
    this.phase = phase;
    this.expected = options.expected;
    this.actual = options.actual;
  }
}

/** The registry refused a call. `errorName` and `args` are the contract's custom error. */
export class RegistryError extends FtiError {
  readonly exitCode = 1;
  readonly errorName: string | undefined;
  readonly args: readonly unknown[];

  constructor(
    shortMessage: string,
    options: { errorName?: string; args?: readonly unknown[]; remedy?: string; cause?: unknown } = {},
  ) {
    super(shortMessage, options);
    this.errorName = options.errorName;
    this.args = options.args ?? [];
  }
}

/** Nothing is known to be wrong, but the check could not be made: network, file system. */
export class UnavailableError extends FtiError {
  readonly exitCode = 3;
}

/** A transaction was sent, or may have been, and it is not known whether it was included. `transactionHash` where known. */
export class LostTransactionError extends UnavailableError {
  readonly transactionHash: string | undefined;

  constructor(shortMessage: string, options: { transactionHash?: string; remedy?: string; cause?: unknown } = {}) {
    super(shortMessage, options);
    this.transactionHash = options.transactionHash;
  }
}
