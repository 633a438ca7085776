import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../errors/errors.js";
import type { TierName } from "../protocol/tiers.js";
import { testedVersion } from "./installed.js";

const require = createRequire(import.meta.url);
const PACKAGE_ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The compiler's options that decide what comes out. Part of the digest. */
export const CIRCOM_OPTIONS = ["--r1cs", "--wasm", "--sym", "--O2"] as const;

/** The compiler's version. It decides what comes out as well, and an installed package need not have the compiler. */
export const CIRCOM_VERSION = testedVersion("circom2");

/** The tier's main component in this package. */
export function tierCircuitFile(tier: TierName): string {
  return join(PACKAGE_ROOT, "circuits", "main", `${tier}.circom`);
}

/** Where `include "circomlib/…"` is found: the folder that holds the installed package. */
export function circuitLibraryDirectory(): string {
  return dirname(dirname(require.resolve("circomlib/package.json")));
}

/**
 * SHA-256 (64 hex digits) over all that a compiled circuit depends on: the compiler's version and options, and the
 * sources reached from `circuitFile` through its includes, without comments and layout. Does not depend on where they
 * lie. Throws `InputError` for a source that is missing.
 */
export async function circuitSourcesDigest(circuitFile: string): Promise<string> {
  const library = circuitLibraryDirectory();
  const start = resolve(circuitFile);
  const sources = new Map<string, string>();
  const visit = async (file: string, includedBy: string | undefined): Promise<void> => {
    if (sources.has(file)) return;
    const code = withoutComments(await readSource(file, includedBy));
    sources.set(file, code);
    for (const [, path = ""] of code.matchAll(/\binclude\s+"([^"]+)"/g)) {
      // As the compiler does: next to the file first, then in the library.
      const sibling = resolve(dirname(file), path);
      await visit((await exists(sibling)) ? sibling : join(library, path), file);
    }
  };
  await visit(start, undefined);

  const hash = createHash("sha256").update(`circom2@${CIRCOM_VERSION} ${CIRCOM_OPTIONS.join(" ")}\n`);
  const named = [...sources].map(([file, code]) => [portableName(file, start, library), code] as const);
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, code] of named) hash.update(`${name}\n${code.replace(/\s+/g, " ").trim()}\n`);
  return hash.digest("hex");
}

function portableName(file: string, start: string, library: string): string {
  const inLibrary = relative(library, file);
  const name = inLibrary.startsWith("circomlib") ? inLibrary : relative(dirname(start), file);
  return name.replaceAll("\\", "/");
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, " ");
}

async function readSource(file: string, includedBy: string | undefined): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const by = includedBy === undefined ? "" : `, included by ${includedBy}`;
    throw new InputError(`${file}: the circuit's source cannot be read${by}`, { cause });
  }
}

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}
