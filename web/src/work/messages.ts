import type { FtiError } from "fine-tuning-integrity";
import type { Recomputed, RecomputeJob } from "./recompute.js";
import type { Verified, VerifyJob } from "./verify.js";

/** What a worker is asked to do: one job in its life. */
export type Job = RecomputeJob | VerifyJob;

export interface JobResults {
  recompute: Recomputed;
  verify: Verified;
}

/** An error's words: classes do not pass between threads. */
export interface Failure {
  readonly message: string;
  readonly remedy: string | undefined;
  /** Nothing is known to be wrong with the files: they could not be read. */
  readonly isUnavailable: boolean;
}

export type Reply =
  | { readonly kind: "progress"; readonly what: string; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly result: JobResults[Job["kind"]] }
  | { readonly kind: "failed"; readonly failure: Failure };

export function failureOf(error: unknown): Failure {
  if (error instanceof Error && "shortMessage" in error) {
    const { shortMessage, remedy, exitCode } = error as FtiError;
    return { message: shortMessage, remedy, isUnavailable: exitCode === 3 };
  }
  return { message: error instanceof Error ? error.message : String(error), remedy: undefined, isUnavailable: true };
}
