import { resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { stringify } from "yaml";
import { describePolicy } from "../../policy/describe-policy.js";
import { encodePolicy } from "../../policy/policy-file.js";
import { policyId } from "../../policy/rule.js";
import { assertWritable } from "../../node/output-files.js";
import { documentOf } from "../../authoring/suggest-document.js";
import { suggestPolicy } from "../../authoring/suggest-policy.js";
import { addCommand, forceOption, outputOption, parseCount, type Runner } from "../command.js";
import { assertSeen, lossJson, lossOfPair, lossReport } from "../loss-report.js";
import { openPair, pairOptions, type PairOptions } from "./policy-pair.js";

interface SuggestOptions extends PairOptions {
  readonly margin?: number;
  readonly maxRank?: number;
  readonly exact?: boolean;
  readonly document?: string;
  readonly output?: string;
  readonly force?: boolean;
}

/** `fti policy suggest` */
export function addPolicySuggestCommand(parent: Command, runner: Runner): void {
  addCommand<SuggestOptions>(parent, runner, {
    name: "suggest",
    summary: "write the tightest policy that a fine-tune keeps",
    description:
      "Measures the change tensor by tensor and writes the tightest policy that allows it: frozen, exactly sparse, " +
      "of low rank up to rounding, with single weights besides, or bounded in norm. Bounds are what was measured, rounded up to " +
      "two significant digits, with room to be divided over segments; what is only rounded gets the bound of the " +
      "preset rounding-only. --margin leaves more room, --exact none. Whoever relies on a certificate decides " +
      "whether its policy is strict enough: see fti policy show.",
    options: [
      ...pairOptions(),
      new Option("--margin <percent>", "room above what was measured").argParser(parsePercent),
      new Option(
        "--exact",
        "bounds of exactly what was measured; once published, they reveal a private fine-tune's exact norm",
      ),
      new Option("--max-rank <r>", "largest rank to look for (default: the tier's)").argParser(parseCount),
      new Option("--document <file>", "also write it as a document to be read, changed and compiled (YAML)"),
      outputOption("policy.json"),
      forceOption(),
    ],
    examples: [
      "fti policy suggest --base base.model.json --base-weights base.safetensors --tune-weights tuned.safetensors \\\n" +
        "    -o policy.json --document policy.yaml",
    ],
    run: async (_positionals, options, session) => {
      const output = options.output ?? "policy.json";
      const { document } = options;
      await assertWritable(document === undefined ? [output] : [output, document], options.force ?? false);
      const pair = await openPair(options, session);
      const losses = await lossOfPair(pair);
      assertSeen(losses, options.tuneWeights);
      const loss = lossReport(losses, pair.committed);
      const { margin: marginPercent, maxRank, exact: isExact } = options;
      const suggested = await suggestPolicy({
        ...pair,
        baseModelId: pair.committed.modelId,
        options: { marginPercent, maxRank, isExact },
        onProgress: session.onProgress,
      });
      const { policy, rules, reasons } = suggested;
      await session.writeOutputs([
        { path: output, content: encodePolicy(policy) },
        ...(document === undefined
          ? []
          : [{ path: document, content: stringify(documentOf(suggested, pair.manifest), { lineWidth: 0 }) }]),
      ]);
      const words = describePolicy(policy, pair.manifest);
      return {
        exitCode: 0,
        json: {
          policyId: policyId(policy),
          ...policy,
          kinds: rules.map(({ kind }) => kind),
          words,
          reasons,
          ...lossJson(loss),
          output: resolve(output),
          ...(document === undefined ? {} : { document: resolve(document) }),
        },
        lines: [
          `Policy ${session.colors.bold(policyId(policy))}`,
          ...words.map((line) => `  ${line}`),
          "Why:",
          ...reasons.map((line) => `  ${line}`),
          "How much of the change is seen:",
          ...loss.lines.map((line) => `  ${line}`),
          `  written to ${output}${document === undefined ? "" : `, as a document to ${document}`}`,
        ],
      };
    },
  });
}

/** A percentage such as 10 or 2.5. */
function parsePercent(value: string): number {
  if (!/^\d{1,4}(\.\d{1,3})?%?$/u.test(value)) throw new InvalidArgumentError("expected a percentage such as 10");
  return Number(value.replace("%", ""));
}
