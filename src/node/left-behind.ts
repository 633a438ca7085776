import { createHash, randomBytes } from "node:crypto";
import { readlinkSync } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { errorCode } from "./disk.js";

/** What nobody has touched for so long belongs to no process any more. Milliseconds. */
const DAY = 86_400_000;

const MARK = /^([0-9a-f]{8})-([1-9]\d{0,9})-[0-9a-f]{8}$/u;

/** Where process ids mean what they mean here: containers may share a disk, and even a host's name. */
const processSpace = (() => {
  let namespace = "";
  try {
    namespace = readlinkSync("/proc/self/ns/pid");
  } catch {
    // Not Linux: one space a machine.
  }
  return createHash("sha256").update(`${hostname()}\n${namespace}`).digest("hex").slice(0, 8);
})();

/** A new name for something temporary that says whose it is: `<machine>-<process id>-<random>`. */
export function createMark(): string {
  return `${processSpace}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/** The name of a file that becomes `path` when it is whole. */
export function temporaryPath(path: string): string {
  return `${path}.${createMark()}.part`;
}

/** Removes the temporary files for `path` of processes that were killed. What cannot be removed stays. */
export async function removeLeftParts(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  await removeLeft(dirname(path), (name) =>
    name.startsWith(prefix) && name.endsWith(".part") ? name.slice(prefix.length, -".part".length) : undefined,
  );
}

/** Removes what processes that were killed left in a folder of marked folders. Of unmarked ones, what is older than a day. */
export async function removeLeftFolders(folder: string): Promise<void> {
  await removeLeft(folder, (name) => name);
}

async function removeLeft(folder: string, markOf: (name: string) => string | undefined): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const mark = markOf(name);
    const path = join(folder, name);
    // A look that fails says nothing about whose it is: it stays.
    if (mark === undefined || !(await isLeftBehind(mark, path).catch(() => false))) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether it is certain that the process which made it is gone: it is not running, or was silent for a day. */
async function isLeftBehind(mark: string, path: string): Promise<boolean> {
  const [, space, pid] = MARK.exec(mark) ?? [];
  if (space === processSpace && !isRunning(Number(pid))) return true;
  return Date.now() - (await lastChange(path)) > DAY;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== "ESRCH"; // EPERM: it runs, and is somebody else's.
  }
}

/** When it or anything in it was changed last, in milliseconds since 1970. */
async function lastChange(path: string): Promise<number> {
  const found = await lstat(path);
  if (!found.isDirectory()) return found.mtimeMs;
  let latest = found.mtimeMs;
  for (const name of await readdir(path)) latest = Math.max(latest, await lastChange(join(path, name)));
  return latest;
}
