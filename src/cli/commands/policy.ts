import { Option, type Command } from "commander";
import { parseDecimal } from "../../policy/decimal.js";
import { describePolicy } from "../../policy/describe-policy.js";
import { parsePolicy } from "../../policy/policy-file.js";
import type { PolicyDocument } from "../../policy/policy-document.js";
import { assertPolicyFitsManifest } from "../../policy/policy-manifest.js";
import { assertPolicy, policyId } from "../../policy/rule.js";
import { InputError } from "../../errors/errors.js";
import { assertWritable } from "../../node/output-files.js";
import { readTextFile } from "../../node/text-file.js";
import { describeResolution } from "../../quantize/resolution.js";
import { addCommand, forceOption, outputOption, repeated, type Runner } from "../command.js";
import { readCommitted } from "../model-files.js";
import { policyOutput, writePolicy, type WritePolicyOptions } from "../write-policy.js";
import { addPolicyCheckCommand } from "./policy-check.js";
import { addPolicyMakeCommands } from "./policy-make.js";
import { addPolicySuggestCommand } from "./policy-suggest.js";

interface NormOptions extends WritePolicyOptions {
  readonly maxNorm: string;
  readonly tensor?: readonly string[];
  readonly wholeTiles?: boolean;
}

/** `fti policy` and its commands */
export function addPolicyCommands(parent: Command, runner: Runner): void {
  const policy = parent
    .command("policy")
    .summary("make and check policies: what a fine-tune may change")
    .description("Policies: what a fine-tune of one base may change.");
  addCommand<NormOptions>(policy, runner, {
    name: "norm",
    summary: "bound the norm of the change",
    description:
      "Makes a policy that bounds the L2 norm of the change of the selected tensors together, and freezes all others. " +
      "--max-norm is in the weights' own unit: one budget, whatever their fraction bits. " +
      "A packed tile holds many small tensors: select all of them, or accept --whole-tiles.",
    options: [
      new Option("--base <file>", "the base's model file").makeOptionMandatory(),
      new Option("--max-norm <x>", "largest L2 norm, such as 0.25").makeOptionMandatory(),
      new Option("--tensor <glob>", "tensors that may change (several: repeat; default: all)").argParser(repeated),
      new Option("--whole-tiles", "also allow changes to tensors that share a tile with a selected one"),
      outputOption("policy.json"),
      forceOption(),
    ],
    examples: [
      "fti policy norm --base base.model.json --max-norm 0.25 -o policy.json",
      "fti policy norm --base base.model.json --max-norm 0.25 --tensor 'classifier.*' --whole-tiles",
    ],
    run: async (_positionals, options, session) => {
      await assertWritable([policyOutput(options)], options.force ?? false);
      return writePolicy(normDocument(options), options, session);
    },
  });
  addCommand<{ readonly base?: string }>(policy, runner, {
    name: "show",
    summary: "describe in words what a policy allows",
    description: "Reads and checks a policy, and describes what it allows. With --base, tensors are named.",
    positionals: [["<policy>", "file made by fti policy"]],
    options: [new Option("--base <file>", "model file of the policy's base")],
    examples: ["fti policy show policy.json --base base.model.json"],
    run: async ([path = ""], options, session) => {
      const read = parsePolicy(await readTextFile(path), path);
      const base = options.base === undefined ? undefined : await readCommitted(options.base, session);
      if (base !== undefined && base.modelId !== read.baseModelId) {
        throw new InputError(`${path}: is about model ${read.baseModelId}, ${options.base ?? ""} is ${base.modelId}`, {
          remedy: "Give the base for which the policy was made.",
        });
      }
      const manifest = base?.manifest;
      assertPolicy(read, manifest?.tileCount ?? 0xffff_ffff);
      if (manifest !== undefined) assertPolicyFitsManifest(read, manifest);
      const words = describePolicy(read, manifest);
      const resolution = manifest === undefined ? [] : describeResolution(manifest);
      return {
        exitCode: 0,
        json: { policyId: policyId(read), ...read, words, resolution },
        lines: [
          `Policy ${session.colors.bold(policyId(read))} for base ${read.baseModelId}`,
          ...[...words, ...resolution].map((line) => `  ${line}`),
        ],
      };
    },
  });
  addPolicyMakeCommands(policy, runner);
  addPolicySuggestCommand(policy, runner);
  addPolicyCheckCommand(policy, runner);
}

/** What the options of `fti policy norm` say, as a document. */
function normDocument({ maxNorm, tensor = [], wholeTiles = false }: NormOptions): PolicyDocument {
  // Read here, where the option can be named.
  parseDecimal(maxNorm, "--max-norm");
  return {
    version: 1,
    rules: [{ tensors: tensor.length === 0 ? "**" : [...tensor], drift: maxNorm.trim(), wholeTiles }],
  };
}
