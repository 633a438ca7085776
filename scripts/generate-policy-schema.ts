/**
 * docs/policy.schema.json: the JSON Schema of policy documents, from the schema that reads them.
 *
 *   tsx scripts/generate-policy-schema.ts            write it
 *   tsx scripts/generate-policy-schema.ts --check    write nothing; exit 1 when it is another
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { policyJsonSchema } from "../src/policy/policy-schema.js";

const FILE = fileURLToPath(new URL("../docs/policy.schema.json", import.meta.url));

const text = `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`;
if (!process.argv.includes("--check")) {
  await writeFile(FILE, text);
} else if ((await readFile(FILE, "utf8").catch(() => "")) !== text) {
  process.stderr.write("docs/policy.schema.json is not that of the policy documents: npm run gen\n");
  process.exitCode = 1;
}
