import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { InputError } from "../errors/errors.js";

const require = createRequire(import.meta.url);
const PACKAGE_FILE = fileURLToPath(new URL("../../package.json", import.meta.url));

/** Packages that some commands need and that are not installed with this one: they are large, and most users never do. */
export type OptionalPackage = "circom2" | "echarts" | "hardhat" | "langdetect-v18" | "langdetect-v23";

/**
 * Throws `InputError` with the one command that installs what is missing, in the versions that this package is tested
 * with: its development dependencies. `purpose` begins the sentence, such as "compiling a circuit".
 */
export function assertInstalled(names: readonly OptionalPackage[], purpose: string): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const wanted = missing.map((name) => `${name}@${testedVersion(name)}`);
  throw new InputError(
    `${purpose} needs ${listOf(missing)}, which ${missing.length === 1 ? "is" : "are"} not installed`,
    {
      remedy: `Run: npm install ${wanted.join(" ")}`,
    },
  );
}

/** The version that this package is tested with, as npm takes it. */
export function testedVersion(name: OptionalPackage): string {
  const { devDependencies } = JSON.parse(readFileSync(PACKAGE_FILE, "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const version = devDependencies[name];
  if (version === undefined) throw new Error(`package.json does not list ${name} under devDependencies`);
  return version;
}

function isInstalled(name: OptionalPackage): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

function listOf(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
