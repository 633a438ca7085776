import { planSegments } from "../segment/plan.js";
import type { Rule } from "../policy/rule.js";
import { PolicyViolation } from "../errors/errors.js";
import type { Tier } from "../protocol/tiers.js";
import type { RuleReport, RuleViolation, WeightChange } from "./check-report.js";

/** Everything that a measured rule does not keep, each in a sentence that its number and tensors go before. */
export function describeViolations(report: RuleReport, rule: Rule, tier: Tier): RuleViolation[] {
  const violations: RuleViolation[] = [];
  const { residual, allowedResidual, nonzeros, entryLimit } = report;
  if (residual.sumSquares > allowedResidual.sumSquares) {
    violations.push({ kind: "residual", message: residualMessage(report) });
  }
  if (nonzeros.outside > nonzeros.allowed) {
    const [least, most] = [short(entryLimit.least), short(entryLimit.most)];
    const limit = least === most ? `±${most}` : `±${least} to ±${most} (by tensor)`;
    const many = plural(nonzeros.outside, "weight is", "weights are");
    const besides = nonzeros.allowed === 0n ? "" : ` and ${count(nonzeros.allowed)} may`;
    const worst = report.worst === undefined ? "" : `, the largest that is left is ${weight(report.worst)}`;
    violations.push({
      kind: "range",
      message: `${many} beyond ${limit}, more than an entry of tier ${tier.name} holds${besides}${worst}`,
    });
  }
  const tooLarge = segmentMessage(report, rule, tier);
  if (tooLarge !== undefined) violations.push({ kind: "segment", message: tooLarge });
  return violations;
}

function residualMessage(report: RuleReport): string {
  const { rank, nonzeros, residual, allowedResidual, change, worst } = report;
  const [left, allowed] = distinct(residual.norm, allowedResidual.norm);
  const limit = `a residual of ${left} where ${allowed} is allowed`;
  const largest = worst === undefined ? "" : `; the largest entry left is ${weight(worst)}`;
  const needs = `${plural(nonzeros.needed, "single weight", "single weights")} would have to be free to change`;
  if (rank !== undefined) {
    const parts = [`rank ${rank.allowed}`];
    if (nonzeros.allowed > 0n) parts.push(plural(nonzeros.allowed, "single weight", "single weights"));
    const verb = parts.length > 1 ? "leave" : "leaves";
    const measured =
      rank.measured === undefined ? "" : `; the change has rank ${rank.isLowerBound ? "over " : ""}${rank.measured}`;
    const more = nonzeros.allowed > 0n ? `; ${needs}` : "";
    return `${parts.join(" and ")} ${verb} ${limit}${measured}${more}${largest}`;
  }
  if (allowedResidual.sumSquares === 0n) {
    const may = nonzeros.allowed === 0n ? "none may" : `${count(nonzeros.allowed)} may`;
    return `${plural(BigInt(report.changedWeights), "weight changes", "weights change")} where ${may}${largest}`;
  }
  if (nonzeros.allowed > 0n) {
    return `beyond ${plural(nonzeros.allowed, "single weight", "single weights")} there is ${limit}; ${needs}${largest}`;
  }
  const [norm, bound] = distinct(change.norm, allowedResidual.norm);
  return `the change has an L2 norm of ${norm} where ${bound} is allowed${largest}`;
}

/** Why no segment of the tier holds the rule, if that is so. */
function segmentMessage(report: RuleReport, rule: Rule, tier: Tier): string | undefined {
  try {
    planSegments(tier, [rule], report.changedTiles);
    return undefined;
  } catch (error) {
    if (!(error instanceof PolicyViolation)) throw error;
    return error.shortMessage.replace(/^policy rule 0: /u, "");
  }
}

/** A weight's change: `0.031 at "fc.weight"[17]`. */
export function weight({ tensor, index, value }: WeightChange): string {
  return `${short(value)} at ${JSON.stringify(tensor)}[${index}]`;
}

export function count(value: number | bigint): string {
  return value.toLocaleString("en-US");
}

export function plural(value: bigint, one: string, many: string): string {
  return `${count(value)} ${value === 1n ? one : many}`;
}

/** Three significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Two numbers with as many digits, at least three, as tell them apart. */
export function distinct(one: number, other: number): readonly [string, string] {
  for (let digits = 3; digits < 17; digits++) {
    const [left, right] = [one, other].map((value) => String(Number(value.toPrecision(digits)))) as [string, string];
    if (left !== right || one === other) return [left, right];
  }
  return [String(one), String(other)];
}
