import { InputError, UnavailableError } from "fine-tuning-integrity";
import type { ProgressListener } from "fine-tuning-integrity/prove";
import type { Job, JobResults, Reply } from "./messages.js";

/** A job under way. */
export interface Work<Result> {
  readonly result: Promise<Result>;
  /** Ends it at once; the result is never settled then. */
  cancel(): void;
}

/** Does a job in a worker of its own, so that the page stays alive and the job can be ended. */
export function startWork<J extends Job>(job: J, onProgress: ProgressListener): Work<JobResults[J["kind"]]> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const result = new Promise<JobResults[J["kind"]]>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
      if (data.kind === "progress") {
        onProgress(data.what, data.done, data.total);
        return;
      }
      worker.terminate();
      if (data.kind === "done") {
        resolve(data.result as JobResults[J["kind"]]);
        return;
      }
      const { message, remedy, isUnavailable } = data.failure;
      const options = remedy === undefined ? {} : { remedy };
      reject(isUnavailable ? new UnavailableError(message, options) : new InputError(message, options));
    });
    worker.addEventListener("error", (event) => {
      worker.terminate();
      // Chromium gives no message where it refuses or cannot fetch the script.
      reject(new UnavailableError(event.message || "the worker of this page could not be started"));
    });
  });
  worker.postMessage(job);
  return { result, cancel: () => worker.terminate() };
}
