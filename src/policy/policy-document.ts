import { isScalar, LineCounter, parseDocument, visit } from "yaml";
import { z } from "zod";
import { ROLES, type RoleSelector } from "../model/architecture/role.js";
import { FormatError } from "../errors/errors.js";
import { firstIssue } from "../errors/first-issue.js";
import { FLOAT_FORMAT_NAMES } from "../model/float-format.js";
import { MAX_SHIFT } from "../protocol/constants.js";

const SELECTORS = [...ROLES, "attention", "mlp"] as const satisfies readonly RoleSelector[];

const oneOrMore = <T extends z.ZodType>(item: T): z.ZodUnion<[T, z.ZodArray<T>]> =>
  z.union([item, z.array(item).min(1)]);

const real = z
  .union([z.number().nonnegative(), z.string().regex(/^\d+(\.\d+)?([eE][+-]?\d+)?$/u, "expected a decimal number")])
  .describe("A number of at least 0, read exactly as it is written.");

const driftSchema = z
  .union([
    real.describe("Largest L2 norm, in the weights' own unit."),
    z.object({ relative: real.describe("Largest L2 norm as a part of the base's: 0.05 is 5 %.") }).strict(),
    z
      .object({
        rounding: z
          .enum(FLOAT_FORMAT_NAMES)
          .describe("What storing weights in this format explains: its rounding, and that of the commitments."),
      })
      .strict(),
  ])
  .describe("How much may be left of the change when its low-rank part and its single weights are taken away.");

const ruleSchema = z
  .object({
    name: z.string().optional().describe("For people."),
    tensors: oneOrMore(z.string().min(1)).optional().describe("Globs over tensor names: * stops at /, ** does not."),
    roles: oneOrMore(z.enum(SELECTORS))
      .optional()
      .describe("What tensors do in the network; attention and mlp mean all their parts."),
    part: z.enum(["weight", "bias", "statistic"]).optional().describe("Only these tensors of the selected ones."),
    rank: z
      .number()
      .int()
      .min(1)
      .max(255)
      .optional()
      .describe("Largest rank of the change, of every matrix by itself."),
    shift: z
      .number()
      .int()
      .min(0)
      .max(MAX_SHIFT)
      .optional()
      .describe("Extra bits of the factors of a rank; by default as many as fit."),
    nonzeros: z.number().int().nonnegative().optional().describe("How many single weights may change by any amount."),
    drift: driftSchema.optional(),
    per: z
      .enum(["rule", "tensor"])
      .optional()
      .describe(
        "Whether drift and nonzeros are for all selected tensors together or for each; small tensors that share tiles count as one.",
      ),
    free: z.literal(true).optional().describe("Anything may change."),
    wholeTiles: z
      .boolean()
      .optional()
      .describe(
        "Accept that what shares a tile with a selected tensor may change as well, whatever a later rule says of it.",
      ),
  })
  .strict();

export const policyDocumentSchema = z
  .object({
    version: z.literal(1),
    name: z.string().optional().describe("For people."),
    preset: z.string().optional().describe("A ready-made policy in place of rules, such as lora(4, bf16)."),
    rules: z.array(ruleSchema).min(1).optional().describe("The first rule that selects a tensor is the tensor's."),
    frozen: oneOrMore(z.string().min(1))
      .optional()
      .describe("Tensors that no rule may let change, not even by sharing a tile."),
    frozenRoles: oneOrMore(z.enum(SELECTORS)).optional().describe("The same, by what they do."),
  })
  .strict()
  .describe("What a fine-tune may change. Everything that no rule selects must stay as it is.");

/** What people write: tensors in no rule are frozen. */
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;
export type DocumentRule = z.infer<typeof ruleSchema>;

/**
 * Reads a policy document, YAML or JSON. Throws `FormatError` naming the file, the line and the entry.
 */
export function parsePolicyDocument(text: string, path: string): PolicyDocument {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = yaml.errors;
  if (broken !== undefined) {
    throw new FormatError(path, `line ${lines.linePos(broken.pos[0]).line}: ${broken.message}`, {
      remedy: "A policy document is YAML or JSON: docs/policies.md has examples.",
    });
  }
  keepWrittenNumbers(yaml);
  const parsed = policyDocumentSchema.safeParse(valueOf(yaml, path));
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path ?? [];
    throw new FormatError(path, `${lineOf(yaml, lines, place)}${firstIssue(parsed.error, "the document")}`, {
      remedy: "`fti policy schema` prints what a policy document may say.",
    });
  }
  const { rules, preset } = parsed.data;
  if ((rules === undefined) === (preset === undefined)) {
    throw new FormatError(path, "needs either rules or a preset", {
      remedy: "`fti policy presets` lists the ready-made ones.",
    });
  }
  return parsed.data;
}

/**
 * Bounds stay the text that was written: as a float64, `0.123456789012345679` would become `0.12345678901234568`, which
 * allows more.
 */
function keepWrittenNumbers(yaml: ReturnType<typeof parseDocument>): void {
  visit(yaml, {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || (key.value !== "drift" && key.value !== "relative")) return;
      if (isScalar(value) && typeof value.value === "number" && value.source !== undefined) value.value = value.source;
    },
  });
}

/** Throws `FormatError` for an alias without its anchor, and for aliases that would fill the memory. */
function valueOf(yaml: ReturnType<typeof parseDocument>, path: string): unknown {
  try {
    return yaml.toJS();
  } catch (cause) {
    if (!(cause instanceof ReferenceError)) throw cause;
    throw new FormatError(path, cause.message, {
      cause,
      remedy: 'A glob that starts with * is written in quotes: "*.weight".',
    });
  }
}

function lineOf(yaml: ReturnType<typeof parseDocument>, lines: LineCounter, place: readonly PropertyKey[]): string {
  // The entry may be missing: then the line is that of what should have it.
  for (let depth = place.length; depth > 0; depth--) {
    const node: unknown = yaml.getIn(place.slice(0, depth), true);
    const range = typeof node === "object" && node !== null && "range" in node ? (node.range as [number] | null) : null;
    if (range) return `line ${lines.linePos(range[0]).line}: `;
  }
  return "";
}

/** One or several, as a list. */
export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
