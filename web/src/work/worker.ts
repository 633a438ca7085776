import "../no-eval.js";
import { failureOf, type Job, type Reply } from "./messages.js";
import { recompute } from "./recompute.js";
import { verify } from "./verify.js";

/** The worker's side of its port; the DOM's types describe a window. */
const port = self as unknown as {
  postMessage(reply: Reply): void;
  addEventListener(type: "message", listen: (event: MessageEvent<Job>) => void): void;
};

async function run(job: Job): Promise<void> {
  try {
    const result =
      job.kind === "verify"
        ? await verify(job)
        : await recompute(job, (what, done, total) => port.postMessage({ kind: "progress", what, done, total }));
    port.postMessage({ kind: "done", result });
  } catch (error) {
    port.postMessage({ kind: "failed", failure: failureOf(error) });
  }
}

port.addEventListener("message", ({ data }) => void run(data));
