const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const cleanups = new Set<() => void>();

/**
 * Has `cleanup` run if a signal ends the process before the returned function is called. It must be synchronous: the
 * process ends right after it, by the same signal, so that a shell sees what happened (130 for Ctrl-C). While there is
 * nothing to clean up, signals end the process at once, as always.
 */
export function onInterrupt(cleanup: () => void): () => void {
  // Every registration is its own, also if the same function comes twice.
  const entry = (): void => {
    cleanup();
  };
  if (cleanups.size === 0) for (const signal of SIGNALS) process.on(signal, end);
  cleanups.add(entry);
  return () => {
    cleanups.delete(entry);
    if (cleanups.size === 0) for (const signal of SIGNALS) process.off(signal, end);
  };
}

function end(signal: NodeJS.Signals): void {
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup();
    } catch {
      // What cannot be cleaned up must not keep the rest from it, nor the process from ending.
    }
  }
  cleanups.clear();
  for (const each of SIGNALS) process.off(each, end);
  process.kill(process.pid, signal);
}
