import type { z } from "zod";

/** What a schema found wrong first, and where: `rules.0.unit: expected …`. `whole` stands for the path of the whole value. */
export function firstIssue({ issues: [issue] }: z.ZodError, whole = "the file"): string {
  const where = issue?.path.join(".") ?? "";
  return `${where === "" ? whole : where}: ${issue?.message ?? "is malformed"}`;
}
