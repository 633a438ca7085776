import { Option, type Command } from "commander";
import { assertWritable } from "../../node/output-files.js";
import { isFile, readTextFile } from "../../node/text-file.js";
import { parsePolicyDocument, type PolicyDocument } from "../../policy/policy-document.js";
import { policyJsonSchema } from "../../policy/policy-schema.js";
import { PRESETS, presetDocument } from "../../policy/presets.js";
import { addCommand, forceOption, outputOption, type Runner } from "../command.js";
import { policyOutput, writePolicy, type WritePolicyOptions } from "../write-policy.js";

/** `fti policy make`, `fti policy presets` and `fti policy schema` */
export function addPolicyMakeCommands(policy: Command, runner: Runner): void {
  addCommand<WritePolicyOptions>(policy, runner, {
    name: "make",
    summary: "make a policy from a document or a preset",
    description:
      "Compiles a policy for one base into the integers that are proven: from a document (YAML or JSON: tensors " +
      "by name or by role, bounds as real numbers), or from a preset such as 'lora(4, bf16)'. Bounds are never " +
      "loosened.",
    positionals: [["<document>", "a file, or a preset: see fti policy presets"]],
    options: [
      new Option("--base <file>", "the base's model file").makeOptionMandatory(),
      new Option("--base-weights <path>", "the base's weights, for bounds relative to them or about rounding"),
      new Option("--roles <file>", "roles of tensors that are not recognized by name (YAML or JSON)"),
      outputOption("policy.json"),
      forceOption(),
    ],
    examples: [
      "fti policy make 'lora(4, bf16)' --base base.model.json --base-weights base.safetensors",
      "fti policy make policy.yaml --base base.model.json -o policy.json",
    ],
    run: async ([source = ""], options, session) => {
      await assertWritable([policyOutput(options)], options.force ?? false);
      return writePolicy(await readDocument(source), options, session);
    },
  });
  addCommand<object>(policy, runner, {
    name: "presets",
    summary: "list the presets",
    description: "Lists the presets of fti policy make, with their arguments.",
    examples: ["fti policy presets"],
    run: () =>
      Promise.resolve({
        exitCode: 0,
        json: { presets: PRESETS.map(({ name, usage, example, summary }) => ({ name, usage, example, summary })) },
        lines: PRESETS.map(({ usage, summary }) => `${usage.padEnd(22)} ${summary}`),
      }),
  });
  addCommand<object>(policy, runner, {
    name: "schema",
    summary: "print the JSON Schema of policy documents",
    description: "Prints the JSON Schema of policy documents, for editors.",
    examples: ["fti policy schema > policy.schema.json"],
    run: () => {
      const schema = policyJsonSchema();
      return Promise.resolve({ exitCode: 0, json: schema, lines: JSON.stringify(schema, undefined, 2).split("\n") });
    },
  });
}

/** A file, or a preset. What looks like neither is taken for a file, whose absence is then told. */
async function readDocument(source: string): Promise<PolicyDocument> {
  const looksLikePath = /[/\\]|\.(ya?ml|json)$/iu.test(source) || (await isFile(source));
  return looksLikePath ? parsePolicyDocument(await readTextFile(source), source) : presetDocument(source);
}
