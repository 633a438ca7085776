import { roundingTest } from "../../src/inspect/is-rounding.js";
import { recognizeArchitecture } from "../../src/model/architecture/recognize.js";
import type { Policy, Rule } from "../../src/policy/rule.js";
import { compilePolicy } from "../../src/policy/compile-policy.js";
import { measureBase } from "../../src/policy/measure-base.js";
import { noiseOfModel } from "../../src/authoring/measure-noise.js";
import { parsePolicyDocument } from "../../src/policy/policy-document.js";
import { suggestPolicy } from "../../src/authoring/suggest-policy.js";
import { openTiles } from "../../src/quantize/tile-reader.js";
import type { Claim } from "./example.js";
import type { World } from "./world.js";

/** The policy that a claim stands for, for the base of an example. */
export async function makePolicy(claim: Claim, { proving, baseModel, tunedModel }: World): Promise<Policy> {
  const { base, tier } = proving;
  const manifest = base.committed.manifest;
  const baseModelId = base.committed.modelId;
  if ("document" in claim) {
    const { policy } = await compilePolicy({
      document: parsePolicyDocument(claim.document, "the claim"),
      baseModelId,
      manifest,
      architecture: recognizeArchitecture(manifest.tensors),
      tier,
      base: measureBase(baseModel, manifest),
    });
    return policy;
  }
  const { policy } = await suggestPolicy({
    manifest,
    base: openTiles(baseModel, manifest),
    tuned: openTiles(tunedModel, manifest),
    tier,
    baseModelId,
    noiseOf: noiseOfModel(tunedModel, manifest),
    isRounding: roundingTest(baseModel, tunedModel),
    options: { isExact: true },
  });
  const { fewerNonzeros = 0n, withoutNonzeros = false } = claim.suggested;
  const rules = policy.rules.map((rule): Rule => {
    if (rule.maxNonzeros === 0n || rule.maxRank === 0) return rule;
    return { ...rule, maxNonzeros: withoutNonzeros ? 0n : rule.maxNonzeros - fewerNonzeros };
  });
  return { baseModelId, rules };
}
