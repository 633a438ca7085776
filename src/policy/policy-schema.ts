import { zodToJsonSchema } from "zod-to-json-schema";
import { policyDocumentSchema } from "./policy-document.js";

/** The JSON Schema of policy documents, from the schema that reads them. */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    title: "Fine-Tuning Integrity policy document",
    ...zodToJsonSchema(policyDocumentSchema, { $refStrategy: "none" }),
  };
}
