import * as z from "zod/mini";
import { count, decimal, exponent, strict } from "../algebra/json-forms.js";
import type { Rule } from "./rule.js";

/** A rule in a file of a policy or certificate: bounds are decimal strings. */
export const ruleSchema = strict({
  ranges: z.array(strict({ firstTile: count, tileCount: count })).check(z.minLength(1)),
  unit: exponent,
  gridCols: count,
  maxRank: count,
  shift: count,
  maxNonzeros: decimal,
  maxResidualSq: decimal,
});

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
