import { join } from "node:path";
import { commitModel } from "../../commitment/commit-model.js";
import { normText } from "../../authoring/suggest-document.js";
import { recognizeArchitecture } from "../../model/architecture/recognize.js";
import { compilePolicy } from "../../policy/compile-policy.js";
import { describePolicy } from "../../policy/describe-policy.js";
import { openCommitted } from "../../commitment/open-committed.js";
import { proveCertificate, type ProveCertificateInput } from "../../certificate/prove-certificate.js";
import { queryModel } from "../../registry/query-model.js";
import { recomputeModelId } from "../../commitment/recompute-model-id.js";
import { encodeModel } from "../../commitment/model-file.js";
import { encodePolicy } from "../../policy/policy-file.js";
import type { Policy } from "../../policy/rule.js";
import type { Hex } from "../../algebra/hex.js";
import { VerificationError } from "../../errors/errors.js";
import { createSystemRandomFr } from "../../algebra/random.js";
import { startEmbeddedChain } from "../../node/embedded-chain.js";
import { assertInstalled } from "../../node/installed.js";
import { openOrMakeSetup } from "../../node/open-or-make-setup.js";
import { loadRegistryContract, loadVerifierContract } from "../../node/registry-contracts.js";
import type { TierName } from "../../protocol/tiers.js";
import { DriftRegistryClient } from "../../registry/client.js";
import { deployRegistry } from "../../registry/deploy.js";
import { encodeCertificate } from "../../certificate/certificate-codec.js";
import { verifyCertificate } from "../../certificate/verify-certificate.js";
import { openWeights } from "../model-files.js";
import { artifactsRoot, type Session } from "../session.js";
import { DEMO_MODELS, demoModelPath, roundingBound } from "./models.js";
import { proofSizes, type ProofSizes } from "./proof-sizes.js";
import { refuseChangedByte, refuseCopy, refuseStricterPolicy, STRICTER, snapshot, type Refusal } from "./refusals.js";
import { Stopwatch, type Step } from "./stopwatch.js";

export interface DemoInput {
  readonly tier: TierName;
  /** Where the demo leaves its files. */
  readonly directory: string;
  /** Root of the artifact store. */
  readonly artifacts: string | undefined;
}

export interface DemoReport {
  readonly tier: TierName;
  readonly baseModelId: Hex;
  readonly tunedModelId: Hex;
  readonly policyId: Hex;
  readonly certificateId: Hex;
  readonly registry: Hex;
  readonly weights: number;
  readonly changedTiles: number;
  readonly tileCount: number;
  readonly policy: readonly string[];
  readonly constraints: number;
  readonly sizes: ProofSizes;
  readonly gas: Readonly<
    Record<"deployRegistry" | "deployVerifier" | "registerModel" | "registerPolicy" | "certify", bigint>
  >;
  readonly steps: readonly Step[];
  readonly refusals: readonly Refusal[];
  readonly insecure: boolean;
}

/**
 * Two real models all the way: read, commit, prove, verify, register, query, and three cheats. Throws if an honest
 * step fails; a cheat that is not refused as expected is in the report.
 */
export async function runDemo(input: DemoInput, session: Session): Promise<DemoReport> {
  assertInstalled(["hardhat", "circom2", "langdetect-v18", "langdetect-v23"], "the demo");
  const watch = new Stopwatch((name) => session.note(`… ${name}`));
  const { onProgress } = session;
  const write = (name: string, content: string): Promise<void> =>
    session.writeOutputs([{ path: join(input.directory, name), content }]);

  session.expectTier(input.tier);
  const root = artifactsRoot(input.artifacts, session.env);
  const setup = await watch.time(`setup of tier ${input.tier}`, () =>
    openOrMakeSetup(input.tier, { root, jobs: session.jobs, onProgress }),
  );
  if (setup.artifacts.warning !== undefined) session.warn(setup.artifacts.warning);
  const { tier, srs, anchors, artifacts } = setup;
  const { insecure } = artifacts;
  const backend = await session.openBackend();
  const paths = { base: demoModelPath("base"), tuned: demoModelPath("tuned") };
  const weights = { base: await openWeights(paths.base, session), tuned: await openWeights(paths.tuned, session) };

  const common = { tier, srs, insecure, backend, onProgress };
  const base = await watch.time(`commit the base, ${DEMO_MODELS.base.name}`, async () => {
    const { committed, explanation } = await commitModel({ ...common, model: weights.base });
    for (const line of explanation) session.note(`  ${line}`);
    await write("base.model.json", encodeModel(committed, await weights.base.provenance()));
    return openCommitted(committed, weights.base);
  });
  const tuned = await watch.time(`commit the fine-tuned model, ${DEMO_MODELS.tuned.name}`, async () => {
    const { committed } = await commitModel({ ...common, model: weights.tuned, base });
    await write("tuned.model.json", encodeModel(committed, await weights.tuned.provenance()));
    return openCommitted(committed, weights.tuned);
  });

  const { manifest } = base.committed;
  const { maxResidualSq, unit, tensors } = await roundingBound(paths.tuned, manifest);
  const policyOf = async (bound: bigint): Promise<Policy> => {
    const { policy } = await compilePolicy({
      document: { version: 1, rules: [{ tensors: [...tensors], drift: normText(bound, unit) }] },
      baseModelId: base.committed.modelId,
      manifest,
      architecture: recognizeArchitecture(manifest.tensors),
      tier,
    });
    return policy;
  };
  const policy = await policyOf(maxResidualSq);
  await write("policy.json", encodePolicy(policy));

  const chain = await startEmbeddedChain();
  session.onClose(() => chain.close());
  const publisher = await chain.provider.getSigner(0);
  const thief = await chain.provider.getSigner(1);
  const deployed = await watch.time("compile (some 15 s) and deploy the contracts", async () => {
    const verifiers = [{ tier, contract: await loadVerifierContract(setup) }];
    return deployRegistry(publisher, { registry: loadRegistryContract(), verifiers, srs });
  });
  const registry = new DriftRegistryClient(deployed.address, chain.provider);

  const proving: ProveCertificateInput = {
    ...common,
    base,
    tuned,
    policy,
    context: {
      chainId: await registry.chainId(),
      registry: registry.address,
      publisher: (await publisher.getAddress()).toLowerCase() as Hex,
    },
    artifacts: setup.proving,
    randomFr: createSystemRandomFr(),
  };
  const certificate = await watch.time("prove that the drift follows the policy", () => proveCertificate(proving));
  await write("certificate.json", encodeCertificate(certificate));
  await watch.time("verify offline", () => {
    const result = verifyCertificate(certificate, anchors);
    return result.valid ? Promise.resolve() : Promise.reject(result.error);
  });

  const rewind = await snapshot(chain.provider);
  const registered = await watch.time("register base and policy, certify", async () => {
    const registeredModel = await registry.registerModel(publisher, base.committed.parts);
    const registeredPolicy = await registry.registerPolicy(publisher, certificate);
    return { registeredModel, registeredPolicy, certified: await registry.certify(publisher, certificate) };
  });
  await watch.time("consumer: recompute the id from the files, query", async () => {
    const { modelId } = await recomputeModelId({
      model: weights.tuned,
      manifest,
      srs,
      backend,
      onProgress,
    });
    const { isCertified, reasons } = await queryModel({
      registry,
      modelId,
      manifest,
      question: { baseModelId: base.committed.modelId, limits: { within: policy } },
      insecure,
      // It shows how things go; its report says that the keys prove nothing.
      allowDevelopmentKeys: true,
    });
    if (!isCertified) throw new VerificationError("query", `the fine-tune is not certified: ${reasons.join("; ")}`);
  });

  const refusals = await watch.time("three cheats", async () => {
    const stricter = await refuseStricterPolicy(
      proving,
      await policyOf(maxResidualSq / STRICTER),
      certificate,
      anchors,
      registry,
      publisher,
    );
    const copied = await refuseCopy(certificate, anchors, registry, thief);
    const { refusal: changed, file } = await refuseChangedByte(certificate, anchors, registry, publisher, async () => {
      await rewind();
      await registry.registerModel(publisher, base.committed.parts);
      await registry.registerPolicy(publisher, certificate);
    });
    await write("certificate.changed.json", file);
    return [stricter, changed, copied];
  });

  const { registeredModel, registeredPolicy, certified } = registered;
  return {
    tier: input.tier,
    baseModelId: base.committed.modelId,
    tunedModelId: certified.tunedModelId,
    policyId: registeredPolicy.policyId,
    certificateId: certified.certificateId,
    registry: registry.address,
    weights: weights.base.tensors.reduce(
      (sum, tensor) => sum + (tensor.kind === "string" ? 0 : tensor.elementCount),
      0,
    ),
    changedTiles: certificate.segments.reduce((sum, segment) => sum + segment.tiles.length, 0),
    tileCount: base.committed.parts.tileCount,
    policy: describePolicy(policy, manifest),
    constraints: artifacts.manifest.constraints,
    sizes: proofSizes(tier, certificate),
    gas: {
      deployRegistry: deployed.gasUsed,
      deployVerifier: deployed.verifiers.reduce((sum, each) => sum + each.gasUsed, 0n),
      registerModel: registeredModel.gasUsed,
      registerPolicy: registeredPolicy.gasUsed,
      certify: certified.gasUsed,
    },
    steps: watch.steps,
    refusals,
    insecure,
  };
}
