/** The fastest of some runs. The minimum, because whatever else the machine does only ever adds time. */
export interface Timing {
  readonly seconds: number;
  readonly runs: number;
}

export interface Limits {
  /** At most this many runs, the first not counted: it warms up caches and the compiler. */
  readonly runs: number;
  /** No further run is begun after this many seconds. A first run that takes longer is all there is, and counts. */
  readonly budgetSeconds: number;
}

/** Runs `work` until a limit is reached. */
export async function fastest(work: () => unknown, { runs, budgetSeconds }: Limits): Promise<Timing> {
  const begin = performance.now();
  const isOver = (): boolean => performance.now() - begin > 1000 * budgetSeconds;
  const once = async (): Promise<number> => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
  const warmUp = await once();
  if (isOver()) return { seconds: warmUp, runs: 1 };
  let seconds = Infinity;
  let done = 0;
  do {
    seconds = Math.min(seconds, await once());
    done++;
  } while (done < runs && !isOver());
  return { seconds, runs: done };
}
