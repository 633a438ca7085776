import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

/** A circom source without comments and layout, which do not change the circuit. */
function code(source: string): string {
  return source
    .replace(/\/\*[^]*?\*\/|\/\/.*$/gm, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * SHA-256 (16 hex digits) over everything that a compiled tier depends on: the code of the repository's
 * circuits in path order, and the versions of circomlib and of the compiler. `root`: the repository.
 */
export async function circuitSourcesDigest(root: string): Promise<string> {
  const hash = createHash("sha256");
  for (const dependency of ["circom2", "circomlib"]) {
    const manifest = JSON.parse(await readFile(require.resolve(`${dependency}/package.json`), "utf8")) as {
      version: string;
    };
    hash.update(`${dependency}@${manifest.version}\n`);
  }
  const files = (await readdir(join(root, "circuits"), { recursive: true }))
    .filter((path) => path.endsWith(".circom"))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
  for (const path of files) {
    hash.update(`${path}\n${code(await readFile(join(root, "circuits", path), "utf8"))}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}
