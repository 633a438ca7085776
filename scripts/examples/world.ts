import { commitModel } from "../../src/commitment/commit-model.js";
import { openCommitted } from "../../src/commitment/open-committed.js";
import type { ProveCertificateInput } from "../../src/certificate/prove-certificate.js";
import type { Policy } from "../../src/policy/rule.js";
import type { Model } from "../../src/model/open-model.js";
import type { CheckPolicyInput } from "../../src/authoring/check-report.js";
import { noiseOfModel } from "../../src/authoring/measure-noise.js";
import { viewsOfBase } from "../../src/quantize/base-views.js";
import { openTiles } from "../../src/quantize/tile-reader.js";
import type { Example } from "./example.js";
import { setupOf, type Stage } from "./stage.js";

/** Everything that proving takes but the policy. */
export type Proving = Omit<ProveCertificateInput, "policy">;

/** An example with its models opened and committed. */
export interface World {
  readonly example: Example;
  readonly stage: Stage;
  readonly proving: Proving;
  readonly baseModel: Model;
  readonly tunedModel: Model;
}

/** Commits both models as `fti commit` does. */
export async function commitPair(
  example: Example,
  stage: Stage,
  baseModel: Model,
  tunedModel: Model,
): Promise<Proving> {
  const { tier, srs, proving } = setupOf(stage, example.tier);
  const { backend, context, randomFr } = stage;
  const common = { tier, srs, insecure: true, backend };
  const tune = example.newTensors === true ? tunedModel : undefined;
  const { views } = viewsOfBase(baseModel, { tune });
  const { fractionBits = "auto" } = example;
  const ofBase = await commitModel({ ...common, model: baseModel, views, tune, fractionBits: { fractionBits } });
  const base = openCommitted(ofBase.committed, baseModel);
  const tuned = openCommitted((await commitModel({ ...common, model: tunedModel, base })).committed, tunedModel);
  return { ...common, base, tuned, context, artifacts: proving, randomFr };
}

/** What `checkPolicy` takes. */
export function policyCheck({ proving, baseModel, tunedModel }: World, policy: Policy): CheckPolicyInput {
  const manifest = proving.base.committed.manifest;
  return {
    policy,
    tier: proving.tier,
    manifest,
    base: openTiles(baseModel, manifest),
    tuned: openTiles(tunedModel, manifest),
    noiseOf: noiseOfModel(tunedModel, manifest),
  };
}
