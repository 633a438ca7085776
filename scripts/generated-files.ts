import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Contents by path, relative to the repository's root. */
export type GeneratedFiles = ReadonlyMap<string, string>;

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Those that the repository has otherwise, or not at all. */
export async function outdated(files: GeneratedFiles): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, content] of files) {
    if ((await readFile(`${ROOT}${path}`, "utf8").catch(() => undefined)) !== content) paths.push(path);
  }
  return paths;
}

/** Writes those that differ; returns their paths. */
export async function writeGenerated(files: GeneratedFiles): Promise<string[]> {
  const paths = await outdated(files);
  for (const path of paths) {
    await mkdir(dirname(`${ROOT}${path}`), { recursive: true });
    await writeFile(`${ROOT}${path}`, files.get(path) ?? "");
  }
  return paths;
}
