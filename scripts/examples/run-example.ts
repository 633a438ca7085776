import { planCertificate } from "../../src/certificate/plan-certificate.js";
import { type CertificatePlan } from "../../src/segment/planned-segment.js";
import { proveCertificate } from "../../src/certificate/prove-certificate.js";
import { policyId, type Policy } from "../../src/policy/rule.js";
import { FtiError, PolicyViolation, RegistryError } from "../../src/errors/errors.js";
import { openModel, type Model } from "../../src/model/open-model.js";
import { openModelOver } from "../../src/model/open-over-base.js";
import { fileSystem } from "../../src/node/file-source.js";
import { checkPolicy } from "../../src/authoring/check-policy.js";
import { describeReport } from "../../src/authoring/check-words.js";
import type { PolicyOfBase } from "../../src/registry/encode.js";
import type { Certificate } from "../../src/certificate/certificate.js";
import { verifyCertificate } from "../../src/certificate/verify-certificate.js";
import type { Claim, Example, WrongClaim } from "./example.js";
import { forge } from "./forgery.js";
import { makePolicy } from "./claims.js";
import { setupOf, type Stage } from "./stage.js";
import { verdictOf } from "./verdict.js";
import { commitPair, policyCheck, type Proving, type World } from "./world.js";

/** Who refused a wrong claim, and in whose words. */
export interface Refusal {
  readonly words: string;
  /** What `fti policy check` says first, before any proving. */
  readonly check: string;
  /** The prover's error. */
  readonly prover: string;
  /** Phase of the verifier of segment proofs; `undefined` where nothing can be proven about frozen tiles. */
  readonly segmentVerifier: string | undefined;
  /** The circuit's refusal; `undefined` as above: that frozen tiles did not change is checked outside of it. */
  readonly circuit: string | undefined;
  /** Phase of the offline verifier of certificates. */
  readonly verifier: string;
  /** The registry's custom error. */
  readonly registry: string;
}

/** What became of an example. */
export interface ExampleReport {
  readonly name: string;
  readonly tier: string;
  readonly verdict: string;
  readonly accepted: {
    readonly words: string;
    readonly changedTiles: number;
    readonly segments: number;
    readonly seconds: number;
    readonly gas: bigint;
  };
  readonly refused: readonly Refusal[];
}

/**
 * Takes a fine-tune all the way: what it looks like, a certificate of what is true of it on chain, and everybody's refusal of
 * what is not. Throws where anything turns out other than the example says.
 */
export async function runExample(example: Example, stage: Stage): Promise<ExampleReport> {
  const baseModel = await openModel(fileSystem, example.base);
  const tunedModel = await openModelOver(fileSystem, example.tune, baseModel);
  try {
    return await runOpened(example, stage, baseModel, tunedModel);
  } finally {
    await tunedModel.close();
    await baseModel.close();
  }
}

async function runOpened(example: Example, stage: Stage, baseModel: Model, tunedModel: Model): Promise<ExampleReport> {
  const verdict = await verdictOf(baseModel, tunedModel);
  expectMatch(example.looksLike, verdict, "the verdict");

  const proving = await commitPair(example, stage, baseModel, tunedModel);
  const world: World = { example, stage, proving, baseModel, tunedModel };
  const accepted = await accept(world, example.accepted.claim);
  const refused: Refusal[] = [];
  for (const wrong of example.refused) refused.push(await refuse(world, wrong, accepted.certificate));
  return {
    name: example.name,
    tier: example.tier,
    verdict,
    accepted: {
      words: example.accepted.words,
      changedTiles: accepted.certificate.segments.reduce((sum, { tiles }) => sum + tiles.length, 0),
      segments: accepted.certificate.segments.length,
      seconds: accepted.seconds,
      gas: accepted.gas,
    },
    refused,
  };
}

async function accept(world: World, claim: Claim): Promise<{ certificate: Certificate; seconds: number; gas: bigint }> {
  const { stage, proving, example } = world;
  const policy = await makePolicy(claim, world);
  const report = await checkPolicy(policyCheck(world, policy));
  if (!report.holds) throw new Error(`fti policy check refuses what is true: ${describeReport(report).join(" ")}`);
  const start = performance.now();
  const certificate = await proveCertificate({ ...proving, policy });
  const seconds = (performance.now() - start) / 1000;
  const result = verifyCertificate(certificate, setupOf(stage, example.tier).anchors);
  if (!result.valid) throw result.error;

  const { registry, publisher } = stage;
  if ((await registry.getModel(proving.base.committed.modelId)) === undefined) {
    await registry.registerModel(publisher, proving.base.committed.parts);
  }
  await registerPolicy(stage, certificate);
  const { gasUsed, tunedModelId } = await registry.certify(publisher, certificate);
  if (tunedModelId !== proving.tuned.committed.modelId) throw new Error("the registry has certified another model");
  return { certificate, seconds, gas: gasUsed };
}

/** Everybody in turn: the check before proving, the prover, and what a prover that lies gets. */
async function refuse(world: World, wrong: WrongClaim, honest: Certificate): Promise<Refusal> {
  const { stage, proving, example } = world;
  const policy = await makePolicy(wrong.claim, world);
  const report = await checkPolicy(policyCheck(world, policy));
  if (report.holds) throw new Error(`fti policy check accepts what is false: ${wrong.words}`);
  const check = describeReport(report).join(" ");
  expectMatch(wrong.because, check, `the reason against "${wrong.words}"`);

  const prover = await nameOfThrown(proveCertificate({ ...proving, policy }));
  if (prover !== PolicyViolation.name) throw new Error(`the prover says ${prover} to "${wrong.words}"`);
  const refusal = { words: wrong.words, check, prover };
  const forgery = wrong.forged
    ? await forge(planOf(proving, policy), { ...proving, onProgress: () => undefined }, honest)
    : { segmentVerifier: undefined, circuit: undefined, certificate: { ...honest, policy } };
  const result = verifyCertificate(forgery.certificate, setupOf(stage, example.tier).anchors);
  if (result.valid) throw new Error(`the verifier accepts a forged certificate: ${wrong.words}`);
  await registerPolicy(stage, { ...honest, policy });
  const registry = await nameOfThrown(stage.registry.certify(stage.publisher, forgery.certificate));
  const { segmentVerifier, circuit } = forgery;
  return { ...refusal, segmentVerifier, circuit, verifier: result.error.phase, registry };
}

function planOf(proving: Proving, policy: Policy): CertificatePlan {
  const { base, tuned } = proving;
  return planCertificate({ ...proving, policy, base: base.committed, tuned: tuned.committed });
}

async function registerPolicy({ registry, publisher }: Stage, ofBase: PolicyOfBase): Promise<void> {
  const known = await registry.getPolicy(policyId(ofBase.policy));
  if (known === undefined) await registry.registerPolicy(publisher, ofBase);
}

/** The class of an error, or the contract's error if that was it. */
async function nameOfThrown(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof RegistryError && error.errorName !== undefined) return error.errorName;
    if (error instanceof FtiError) return error.name;
    throw error;
  }
  throw new Error("a false claim was accepted");
}

function expectMatch(pattern: RegExp, text: string, what: string): void {
  if (!pattern.test(text))
    throw new Error(`${what} is ${JSON.stringify(text)}, which does not match ${String(pattern)}`);
}
