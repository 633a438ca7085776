import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "commander";
import { InputError } from "../errors/errors.js";

/** More threads than a machine has cores: a slip of the finger. */
const MAX_JOBS = 1024;

/** Parses `--jobs`: a number of threads. */
export function parseJobs(value: string): number {
  if (!/^[1-9]\d{0,3}$/u.test(value) || Number(value) > MAX_JOBS) {
    throw new InvalidArgumentError(`expected a whole number from 1 to ${MAX_JOBS}`);
  }
  return Number(value);
}

/**
 * How many threads compute where `--jobs` does not say: FTI_JOBS, else as many as there are cores.
 * @throws InputError if FTI_JOBS is no number of threads
 */
export function defaultJobs(variable: string | undefined): number {
  // An empty variable is as good as none.
  if (variable === undefined || variable === "") return availableParallelism();
  try {
    return parseJobs(variable);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InputError(`FTI_JOBS=${variable}: ${error.message}`, { remedy: "Unset it, or give --jobs." });
  }
}
