import { z } from "zod";
import type { Rule } from "./rule.js";

const count = z.number().int().min(0).max(0xffff_ffff);
/** Fraction bits and units. */
export const exponent = z.number().int().min(-0x8000).max(0x7fff);
/** At most 78 digits are read as a number: more are never below 2^256. */
const decimal = z.string().regex(/^(0|[1-9][0-9]{0,77})$/, "expected a decimal number in quotes");

/** A rule in a file of a policy or certificate: bounds are decimal strings. */
export const ruleSchema = z
  .object({
    ranges: z.array(z.object({ firstTile: count, tileCount: count }).strict()).min(1),
    unit: exponent,
    gridCols: count,
    maxRank: count,
    shift: count,
    maxNonzeros: decimal,
    maxResidualSq: decimal,
  })
  .strict();

export type RuleFile = z.infer<typeof ruleSchema>;

export function encodeRule(rule: Rule): RuleFile {
  return {
    ranges: rule.ranges.map(({ firstTile, tileCount }) => ({ firstTile, tileCount })),
    unit: rule.unit,
    gridCols: rule.gridCols,
    maxRank: rule.maxRank,
    shift: rule.shift,
    maxNonzeros: rule.maxNonzeros.toString(),
    maxResidualSq: rule.maxResidualSq.toString(),
  };
}

/** Whether the rule is well-formed is `assertPolicy`'s to check. */
export function decodeRule(file: RuleFile): Rule {
  return { ...file, maxNonzeros: BigInt(file.maxNonzeros), maxResidualSq: BigInt(file.maxResidualSq) };
}
