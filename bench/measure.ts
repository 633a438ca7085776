/** The fastest of some runs. The minimum, because whatever else the machine does only ever adds time. */
export interface Timing {
  readonly seconds: number;
  readonly runs: number;
}

export interface Limits {
  /** So many runs besides the first, which warms up caches and is not counted. */
  readonly runs: number;
  /** Short runs go on for this long: the compiler replaces its first, slow code only after a while. */
  readonly leastSeconds: number;
  /** No further run is begun after this many seconds. A first run that takes longer is all there is, and counts. */
  readonly budgetSeconds: number;
}

/** Runs `work` as often as the limits say. */
export async function fastest(work: () => unknown, limits: Limits): Promise<Timing> {
  const begin = performance.now();
  const isBeyond = (seconds: number): boolean => performance.now() - begin > 1000 * seconds;
  const once = async (): Promise<number> => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
  const warmUp = await once();
  if (isBeyond(limits.budgetSeconds)) return { seconds: warmUp, runs: 1 };
  let seconds = Infinity;
  let done = 0;
  do {
    seconds = Math.min(seconds, await once());
    done++;
  } while ((done < limits.runs || !isBeyond(limits.leastSeconds)) && !isBeyond(limits.budgetSeconds));
  return { seconds, runs: done };
}
