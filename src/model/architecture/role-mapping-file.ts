import { parse, YAMLParseError } from "yaml";
import { z } from "zod";
import { FormatError } from "../../errors/errors.js";
import { firstIssue } from "../../errors/first-issue.js";
import type { RoleMapping } from "./role-mapping.js";
import { ROLES } from "./role.js";

const entrySchema = z
  .object({
    tensors: z.string().min(1),
    role: z.enum(ROLES).optional(),
    part: z.enum(["weight", "bias", "statistic"]).optional(),
    block: z.string().optional(),
    rowAxes: z.number().int().min(1).max(8).optional(),
  })
  .strict();

const mappingSchema = z.object({ version: z.literal(1), roles: z.array(entrySchema).min(1) }).strict();

/** Reads a mapping file, YAML or JSON. Throws `FormatError` naming the file and the entry. */
export function parseRoleMapping(text: string, path: string): RoleMapping {
  let json: unknown;
  try {
    json = parse(text, { prettyErrors: true });
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw new FormatError(path, `is not YAML: ${cause.message.split("\n")[0] ?? ""}`, { cause });
  }
  const parsed = mappingSchema.safeParse(json);
  if (parsed.success) return parsed.data.roles;
  throw new FormatError(path, firstIssue(parsed.error), {
    remedy: `A mapping is "version: 1" and a list "roles" of { tensors, role }; roles are ${ROLES.join(", ")}.`,
    cause: parsed.error,
  });
}
