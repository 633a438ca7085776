import { fileURLToPath } from "node:url";
import { openModelOver } from "../../src/model/open-over-base.js";
import type { Model } from "../../src/model/open-model.js";
import { fileSystem } from "../../src/node/file-source.js";

/** The path of a file of a case under `test/fixtures/cases`. */
export function casePath(name: string, file: string): string {
  return fileURLToPath(new URL(`../fixtures/cases/${name}/${file}`, import.meta.url));
}

/** A case's base and its fine-tune, opened over it. The caller closes both. */
export async function openCase(
  name: string,
  { base: baseFile = "base.safetensors", tuned: tunedFile = "tuned.safetensors" } = {},
): Promise<{ readonly base: Model; readonly tuned: Model }> {
  const base = await openModelOver(fileSystem, casePath(name, baseFile), undefined);
  return { base, tuned: await openModelOver(fileSystem, casePath(name, tunedFile), base) };
}
