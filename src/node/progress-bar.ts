import { Presets, SingleBar } from "cli-progress";
import type { ProgressListener } from "../client/progress.js";

/** Phases shorter than this show nothing. */
const QUIET_MS = 2000;

/** A progress bar that can be taken away, so that something else can be printed. */
export interface ProgressBar {
  readonly listener: ProgressListener;
  /** Ends and erases the bar. */
  stop(): void;
}

/** A bar with time left for every phase of over two seconds. Only for a terminal: the caller checks. */
export function createProgressBar(stream: NodeJS.WritableStream): ProgressBar {
  let phase = "";
  let startedAt = 0;
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
    phase = "";
  };
  const listener: ProgressListener = (name, done, total) => {
    const now = Date.now();
    if (name !== phase) {
      stop();
      phase = name;
      startedAt = now;
    }
    if (done >= total) {
      stop();
      return;
    }
    if (bar === undefined && now - startedAt >= QUIET_MS) {
      bar = new SingleBar(
        {
          format: "{phase} {bar} {percentage}% | {eta_formatted} left",
          stream,
          clearOnComplete: true,
          hideCursor: true,
        },
        Presets.shades_classic,
      );
      bar.start(total, done, { phase: name });
    }
    bar?.setTotal(total);
    bar?.update(done);
  };
  return { listener, stop };
}
