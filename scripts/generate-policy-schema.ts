import { policyJsonSchema } from "../src/policy/policy-schema.js";
import type { GeneratedFiles } from "./generated-files.js";

/** The JSON Schema of policy documents, from the schema that reads them. */
export function policySchemaFiles(): GeneratedFiles {
  return new Map([["docs/policy.schema.json", `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`]]);
}
