import { resolve } from "node:path";
import { recognizeArchitecture } from "../model/architecture/recognize.js";
import { tierOfTiles } from "../quantize/tier-of-tiles.js";
import { compilePolicy } from "../policy/compile-policy.js";
import { describePolicy } from "../policy/describe-policy.js";
import { measureBase } from "../policy/measure-base.js";
import type { PolicyDocument } from "../policy/policy-document.js";
import { encodePolicy } from "../policy/policy-file.js";
import { policyId } from "../policy/rule.js";
import { TIERS } from "../protocol/tiers.js";
import { openWeights, readCommitted, readMapping } from "./model-files.js";
import type { Outcome, Session } from "./session.js";

export interface WritePolicyOptions {
  readonly base: string;
  readonly baseWeights?: string;
  readonly roles?: string;
  readonly output?: string;
  readonly force?: boolean;
}

/** Where the policy is written to. */
export function policyOutput({ output }: Pick<WritePolicyOptions, "output">): string {
  return output ?? "policy.json";
}

/** Compiles a document for the committed base, writes the policy and says what it allows. */
export async function writePolicy(
  document: PolicyDocument,
  options: WritePolicyOptions,
  session: Session,
): Promise<Outcome> {
  const output = policyOutput(options);
  const base = await readCommitted(options.base, session);
  const { manifest } = base;
  const weights = options.baseWeights === undefined ? undefined : await openWeights(options.baseWeights, session);
  const { policy, explanation } = await compilePolicy({
    document,
    baseModelId: base.modelId,
    manifest,
    architecture: recognizeArchitecture(manifest.tensors, { mapping: await readMapping(options.roles) }),
    tier: TIERS[tierOfTiles(base.parts.t, options.base)],
    base: weights && measureBase(weights, manifest),
  });
  await session.writeOutputs([{ path: output, content: encodePolicy(policy) }]);
  const words = describePolicy(policy, manifest);
  return {
    exitCode: 0,
    json: { policyId: policyId(policy), ...policy, words, explanation, output: resolve(output) },
    lines: [
      `Policy ${session.colors.bold(policyId(policy))}`,
      ...words.map((line) => `  ${line}`),
      ...explanation.map((line) => `  (${line})`),
      `  written to ${output}`,
    ],
  };
}
