import { Presets, SingleBar } from "cli-progress";
import type { ProgressListener } from "../protocol/progress.js";
import { onInterrupt } from "./interrupts.js";

/** Phases shorter than this show nothing. */
const QUIET_MS = 2000;
const TICK_MS = 250;

/** A progress bar that can be taken away, so that something else can be printed. */
export interface ProgressBar {
  readonly listener: ProgressListener;
  /** Ends and erases the bar. */
  readonly stop: () => void;
}

/**
 * A bar with time left for every phase of over two seconds, also between the reports of its listener. Only for a
 * terminal: the caller checks. A phase that cannot tell how far it is is measured by how long it usually takes.
 */
export function createProgressBar(
  stream: NodeJS.WritableStream,
  typicalSeconds: (phase: string) => number | undefined = () => undefined,
): ProgressBar {
  let phase: { readonly name: string; readonly startedAt: number; done: number; total: number } | undefined;
  let bar: SingleBar | undefined;
  let timer: NodeJS.Timeout | undefined;
  let forgetInterrupt: (() => void) | undefined;

  const stop = (): void => {
    bar?.stop();
    bar = undefined;
    forgetInterrupt?.();
    forgetInterrupt = undefined;
    clearInterval(timer);
    timer = undefined;
    phase = undefined;
  };
  const draw = (): void => {
    if (phase === undefined) return;
    const { name, startedAt, done, total } = phase;
    const elapsed = Date.now() - startedAt;
    if (elapsed < QUIET_MS) return;
    const { position, time } = estimate(done, total, elapsed, typicalSeconds(name));
    const payload = { phase: name, time };
    if (bar === undefined) {
      const format = "{phase} {bar} {percentage}% | {time}";
      bar = new SingleBar({ format, stream, clearOnComplete: true, gracefulExit: false }, Presets.shades_classic);
      bar.start(total, position, payload);
      // A drawn bar has turned line wrapping off: a terminal that stays so is broken.
      forgetInterrupt = onInterrupt(stop);
    }
    bar.setTotal(total);
    bar.update(position, payload);
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

/** Where the bar stands and what it says of the time. */
function estimate(
  done: number,
  total: number,
  elapsed: number,
  typical: number | undefined,
): { readonly position: number; readonly time: string } {
  if (done > 0) return { position: done, time: `${duration((elapsed * (total - done)) / done)} left` };
  const left = typical === undefined ? 0 : 1000 * typical - elapsed;
  if (typical === undefined || left <= 0) return { position: 0, time: `${duration(elapsed)} so far` };
  return { position: (total * elapsed) / (1000 * typical), time: `about ${duration(left)} left` };
}

/** `1 min 5 s`, rounded up to whole seconds. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
