/**
 * Keeps package-lock.json usable on every platform and from every registry mirror.
 *
 * Two repairs, both idempotent, made after every change of dependencies (`dependencies` in package.json):
 * - an optional package that the registry at hand does not carry (native builds for other platforms) is left out of the
 *   lock by `npm install`, and `npm ci` then refuses the lock as incomplete. It gets a record with its exact version
 *   and its platform, read off its name; npm skips it where the platform does not match.
 * - addresses of a registry are removed: the integrity digests alone decide what is installed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readCommandLine } from "./command-line.js";

const LOCKFILE = fileURLToPath(new URL("../package-lock.json", import.meta.url));

interface LockedPackage {
  version?: string;
  resolved?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

interface Lockfile {
  packages: Record<string, LockedPackage>;
}

const EXACT_VERSION = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** Words in the names of native packages that name their platform, by npm's field. */
const PLATFORM_WORDS = {
  os: ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "sunos", "win32"],
  cpu: ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"],
} as const;

/** Whether Node's resolution from `parent` (a key of `packages`) finds `name` in the lock. */
function isLocked(packages: Lockfile["packages"], parent: string, name: string): boolean {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (`${folder === "" ? "" : `${folder}/`}node_modules/${name}` in packages) return true;
    if (!folder.includes("/node_modules/")) return `node_modules/${name}` in packages;
  }
}

/** A record for `name` that npm skips wherever the platform in the name does not match. */
function platformRecord(name: string, version: string, isDev: boolean): LockedPackage {
  if (!EXACT_VERSION.test(version)) {
    throw new Error(
      `package-lock.json lacks the optional package ${name}, wanted as "${version}": only an exact version can be ` +
        `recorded without asking the registry. Run npm install where the registry carries it.`,
    );
  }
  const words = name.split(/[/-]/);
  const os = PLATFORM_WORDS.os.filter((word) => words.includes(word));
  const cpu = PLATFORM_WORDS.cpu.filter((word) => words.includes(word));
  if (os.length !== 1 || cpu.length !== 1) {
    throw new Error(`package-lock.json lacks the optional package ${name}, whose platform is not clear from its name.`);
  }
  const libc = words.includes("musl") ? ["musl"] : words.includes("gnu") ? ["glibc"] : undefined;
  return { version, cpu, ...(isDev ? { dev: true } : {}), ...(libc ? { libc } : {}), optional: true, os };
}

/** Adds the missing records to `lock` and drops the registry's addresses, in place. */
function repair(lock: Lockfile): void {
  for (const [key, locked] of Object.entries(lock.packages)) {
    if (locked.resolved?.startsWith("http") === true) delete locked.resolved;
    for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
      if (isLocked(lock.packages, key, name)) continue;
      lock.packages[`node_modules/${name}`] = platformRecord(name, version, locked.dev === true);
    }
  }
  // npm's own order, so that its next write moves nothing.
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
}

const { options } = readCommandLine({
  command: "npm run dependencies --",
  does:
    "Keeps package-lock.json usable on every platform and from every registry mirror: records the\n" +
    "native packages of other platforms that npm left out, and removes a registry's addresses. npm\n" +
    "runs it by itself after every change of dependencies.",
  options: { check: { type: "boolean", does: "write nothing; exit 1 when the file would change" } },
  example: "npm run dependencies -- --check",
});
const before = await readFile(LOCKFILE, "utf8");
const lock = JSON.parse(before) as Lockfile;
repair(lock);
const after = `${JSON.stringify(lock, null, 2)}\n`;

if (after !== before) {
  if (options.check) {
    console.error("package-lock.json lacks platform packages or names a registry's address: run npm run dependencies");
    process.exitCode = 1;
  } else {
    await writeFile(LOCKFILE, after);
    console.error("package-lock.json: platform packages recorded, registry addresses removed");
  }
}
