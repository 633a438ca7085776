import { z } from "zod";
import { policyDocumentSchema } from "./policy-document.js";

/** The JSON Schema of policy documents, from the schema that reads them. */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    title: "Fine-Tuning Integrity policy document",
    ...z.toJSONSchema(policyDocumentSchema, { target: "draft-7", io: "input" }),
  };
}
