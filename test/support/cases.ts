import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CASES = join(fileURLToPath(new URL("../..", import.meta.url)), "test", "fixtures", "cases");

/** The path of a file or folder of one of the small inputs under `test/fixtures/cases`. */
export function caseFile(name: string, ...parts: readonly string[]): string {
  return join(CASES, name, ...parts);
}
