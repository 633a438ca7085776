import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const LOCKS = join(fileURLToPath(new URL("../..", import.meta.url)), "build", "test-locks");
/** Milliseconds between looks. */
const PATIENCE = 250;

/**
 * Does something that the processes of a test run share, such as a setup, in one of them at a time: who comes second waits,
 * and finds it done. The lock of a process that was killed is taken over.
 */
export async function inOneProcess<T>(name: string, work: () => Promise<T>): Promise<T> {
  const lock = join(LOCKS, name);
  await mkdir(LOCKS, { recursive: true });
  while (!(await take(lock))) await setTimeout(PATIENCE);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const holder = Number(await readFile(lock, "utf8").catch(() => ""));
    // An empty file is one that is being written.
    if (holder > 0 && !isRunning(holder)) await rm(lock, { force: true });
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
