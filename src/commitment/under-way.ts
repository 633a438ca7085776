/**
 * Runs `work` on the items in their order, at most `limit` at once, and takes the next item while they run: one is
 * read ahead. Resolves when all are done; of several errors the first that happened is thrown, after what is under way has
 * ended and without taking further items.
 */
export async function forEachUnderWay<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];
  try {
    for await (const item of items) {
      while (running.size >= Math.max(1, limit)) await Promise.race(running);
      if (errors.length > 0) break;
      const run: Promise<void> = work(item).then(
        () => void running.delete(run),
        (error: unknown) => {
          running.delete(run);
          errors.push(error);
        },
      );
      running.add(run);
    }
  } finally {
    await Promise.all(running);
  }
  if (errors.length > 0) throw errors[0];
}
