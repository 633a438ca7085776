import type { FrozenViolation, PolicyReport, RuleReport } from "./check-report.js";
import { plural, short, weight } from "./check-violations.js";

/**
 * What a fine-tune does not keep of a policy, a sentence a line: rules first, then frozen tensors. One line says
 * so if there is nothing.
 */
export function describeReport(report: PolicyReport): string[] {
  if (report.holds) return ["The fine-tune keeps the policy."];
  return [
    ...report.rules.flatMap((rule) => rule.violations.map(({ message }) => `${nameRule(rule)}: ${message}.`)),
    ...report.frozenViolations.map(describeFrozen),
  ];
}

/** `rule 0 ("layers.0.q_proj.weight")`. */
export function nameRule({ rule, tensors }: Pick<RuleReport, "rule" | "tensors">): string {
  return `rule ${rule} (${nameTensors(tensors)})`;
}

/** Two tensors by name, more by the first, the last and how many there are. */
export function nameTensors(tensors: readonly string[]): string {
  const [first, last] = [tensors[0] ?? "", tensors.at(-1) ?? ""];
  return tensors.length <= 2
    ? tensors.map((name) => JSON.stringify(name)).join(", ")
    : `${JSON.stringify(first)} to ${JSON.stringify(last)}, ${tensors.length} tensors`;
}

function describeFrozen({ tensor, changedWeights, change, largest }: FrozenViolation): string {
  const many = plural(BigInt(changedWeights), "weight changes", "weights change");
  return (
    `frozen tensor ${JSON.stringify(tensor)}: ${many}, with an L2 norm of ${short(change.norm)}; ` +
    `the largest by ${weight(largest)}.`
  );
}
