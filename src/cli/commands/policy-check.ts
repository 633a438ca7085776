import Table from "cli-table3";
import { Option, type Command } from "commander";
import { parsePolicy } from "../../policy/policy-file.js";
import { policyId } from "../../policy/rule.js";
import { InputError } from "../../errors/errors.js";
import { readTextFile } from "../../node/text-file.js";
import { checkPolicy } from "../../authoring/check-policy.js";
import type { PolicyReport, RuleReport } from "../../authoring/check-report.js";
import { count, short } from "../../authoring/check-violations.js";
import { describeReport } from "../../authoring/check-words.js";
import { addCommand, type Runner } from "../command.js";
import { lossJson, lossOfPair, lossReport } from "../loss-report.js";
import { openPair, pairOptions, type PairOptions } from "./policy-pair.js";

interface CheckOptions extends PairOptions {
  readonly policy: string;
}

/** `fti policy check` */
export function addPolicyCheckCommand(parent: Command, runner: Runner): void {
  addCommand<CheckOptions>(parent, runner, {
    name: "check",
    summary: "show which rules a fine-tune breaks, where and by how much",
    description:
      "Compares a fine-tune with a policy before anything is proven, and lists everything that breaks it. Needs " +
      "neither a setup nor a commitment of the fine-tune. Exits with 1 if the policy is broken. The result proves " +
      "nothing to others: that takes a certificate (fti prove).",
    options: [new Option("--policy <file>", "file made by fti policy").makeOptionMandatory(), ...pairOptions()],
    examples: [
      "fti policy check --policy policy.json --base base.model.json --base-weights base.safetensors \\\n" +
        "    --tune-weights tuned.safetensors",
    ],
    run: async (_positionals, options, session) => {
      const policy = parsePolicy(await readTextFile(options.policy), options.policy);
      const pair = await openPair(options, session);
      if (policy.baseModelId !== pair.committed.modelId) {
        throw new InputError(
          `${options.policy}: is about model ${policy.baseModelId}, ${options.base} is ${pair.committed.modelId}`,
          { remedy: "Give the base for which the policy was made." },
        );
      }
      const report = await checkPolicy({ ...pair, policy, onProgress: session.onProgress });
      const words = describeReport(report);
      const loss = lossReport(await lossOfPair(pair), pair.committed);
      const verdict = report.holds ? session.colors.green("holds") : session.colors.red("is broken");
      return {
        exitCode: report.holds ? 0 : 1,
        json: { policyId: policyId(policy), ...report, words, ...lossJson(loss) },
        lines: [
          ...tableOf(report).split("\n"),
          `Policy ${policyId(policy)} ${verdict}`,
          ...[...words, ...loss.lines].map((line) => `  ${line}`),
        ],
      };
    },
  });
}

/** A row a rule. */
function tableOf({ rules }: PolicyReport): string {
  const table = new Table({
    head: ["rule", "changed", "rank", "residual", "allowed", "single weights", "allowed", ""],
    style: { head: [], border: [] },
  });
  for (const rule of rules) {
    table.push([
      rule.rule,
      `${count(rule.changedWeights)} of ${count(rule.weights)}`,
      rankOf(rule),
      short(rule.residual.norm),
      short(rule.allowedResidual.norm),
      count(rule.nonzeros.used),
      count(rule.nonzeros.allowed),
      rule.violations.length === 0 ? "holds" : "broken",
    ]);
  }
  return table.toString();
}

function rankOf({ rank }: RuleReport): string {
  if (rank === undefined) return "";
  if (rank.measured === undefined) return `at most ${rank.allowed}`;
  return `${rank.isLowerBound ? "over " : ""}${rank.measured}, not ${rank.allowed}`;
}
