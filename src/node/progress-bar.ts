import { Presets, SingleBar } from "cli-progress";
import type { ProgressListener } from "../client/progress.js";

/** Phases shorter than this show nothing. */
const QUIET_MS = 2000;
const TICK_MS = 250;

/** A progress bar that can be taken away, so that something else can be printed. */
export interface ProgressBar {
  readonly listener: ProgressListener;
  /** Ends and erases the bar. */
  stop(): void;
}

/**
 * A bar with time left for every phase of over two seconds, also between the reports of its listener. Only for a
 * terminal: the caller checks.
 */
export function createProgressBar(stream: NodeJS.WritableStream): ProgressBar {
  let phase: { readonly name: string; readonly startedAt: number; done: number; total: number } | undefined;
  let bar: SingleBar | undefined;
  let timer: NodeJS.Timeout | undefined;

  const stop = (): void => {
    bar?.stop();
    bar = undefined;
    clearInterval(timer);
    timer = undefined;
    phase = undefined;
  };
  const draw = (): void => {
    if (phase === undefined) return;
    const { name, startedAt, done, total } = phase;
    const elapsed = Date.now() - startedAt;
    if (elapsed < QUIET_MS) return;
    // Before anything is done no time left can be told: the time that passed is shown instead.
    const time = done > 0 ? `${duration((elapsed * (total - done)) / done)} left` : `${duration(elapsed)} so far`;
    const payload = { phase: name, time };
    if (bar === undefined) {
      const format = "{phase} {bar} {percentage}% | {time}";
      bar = new SingleBar({ format, stream, clearOnComplete: true, gracefulExit: false }, Presets.shades_classic);
      bar.start(total, done, payload);
    }
    bar.setTotal(total);
    bar.update(done, payload);
  };
  const listener: ProgressListener = (name, done, total) => {
    if (phase?.name !== name) {
      stop();
      phase = { name, startedAt: Date.now(), done, total };
      timer = setInterval(draw, TICK_MS).unref();
    }
    phase.done = done;
    phase.total = total;
    if (done >= total) stop();
    else draw();
  };
  return { listener, stop };
}

/** `1 min 5 s`, rounded up to whole seconds. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
