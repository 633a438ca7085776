/**
 * One whole job in a process of its own, so that its peak of memory is nobody else's:
 *
 *   tsx bench/jobs/job.ts SPEC     SPEC: JSON of `jobSpecSchema`; JSON of `jobAnswerSchema` on stdout
 */
import { commitModel } from "../../src/client/commit-model.js";
import { createNormPolicy } from "../../src/client/create-norm-policy.js";
import { openCommitted } from "../../src/client/open-committed.js";
import { proveCertificate } from "../../src/client/prove-certificate.js";
import { estimateProverMemory } from "../../src/drift/prover-memory.js";
import { createSystemRandomFr } from "../../src/field/random.js";
import { openModel, type Model } from "../../src/model/open-model.js";
import { fileSystem } from "../../src/node/file-source.js";
import { peakMemoryBytes } from "../../src/node/process-memory.js";
import { parseManifest } from "../../src/quantize/manifest.js";
import { loadPoseidon } from "../../src/transcript/poseidon.js";
import { encodeCertificate } from "../../src/wrap/certificate-codec.js";
import { verifyCertificate } from "../../src/wrap/verify-certificate.js";
import { openBackend } from "../backend.js";
import type { Job } from "../report.js";
import { jobSpecSchema, type JobAnswer, type JobSpec, type Weights } from "./job-spec.js";
import { PhaseClock } from "./phase-clock.js";
import { openScaledModel } from "./scaled-model.js";
import { openBenchSetup } from "./setup.js";

/** Larger than any drift that is measured, and divided among as many rules as there are. */
const MAX_NORM = "100000";

const answer = await run(jobSpecSchema.parse(JSON.parse(process.argv[2] ?? "null")));
process.stdout.write(JSON.stringify(answer), () => process.exit());

async function run({ tier: tierName, threads, base: baseWeights, tunes, context }: JobSpec): Promise<JobAnswer> {
  const setup = await openBenchSetup(tierName);
  const { tier, srs, artifacts } = setup;
  const permute = await loadPoseidon();
  const backend = await openBackend(threads);
  const common = { tier, srs, insecure: artifacts.insecure, backend };

  const baseModel = await openWeights(baseWeights, tier.n);
  const baseClock = new PhaseClock();
  const base = await baseClock.during("commit base", async () => {
    const { committed } = await commitModel({ ...common, model: baseModel });
    return openCommitted(committed, baseModel);
  });
  const manifest = parseManifest(JSON.parse(base.committed.manifest));
  const { modelId: baseModelId } = base.committed;
  const policy = createNormPolicy({
    baseModelId,
    manifest,
    bound: { maxNorm: MAX_NORM },
    maxTilesPerRule: tier.slots,
  });

  const answer: JobAnswer = [];
  for (const { name, weights } of tunes) {
    const model = await openWeights(weights, tier.n);
    const tuneClock = new PhaseClock();
    const tuned = await tuneClock.during("commit tune", async () => {
      const { committed } = await commitModel({ ...common, model, base });
      return openCommitted(committed, model);
    });
    const proveClock = new PhaseClock();
    const certificate = await proveClock.during("prove", () =>
      proveCertificate({
        ...common,
        base,
        tuned,
        policy,
        context: { ...context, chainId: BigInt(context.chainId) },
        artifacts: setup.proving,
        permute,
        randomFr: createSystemRandomFr(),
        onProgress: proveClock.onProgress,
      }),
    );
    const peakMemoryMB = Math.round(peakMemoryBytes() / 2 ** 20);
    const start = performance.now();
    const result = verifyCertificate(certificate, setup.anchors);
    const verifyMs = Math.round(performance.now() - start);
    if (!result.valid) throw result.error;
    const segmentTiles = certificate.segments.map(({ tiles }) => tiles.length);
    const job: Job = {
      name,
      tier: tier.name,
      threads,
      parameters: parametersOf(model),
      tiles: base.committed.parts.tileCount,
      changedTiles: segmentTiles.reduce((sum, tiles) => sum + tiles, 0),
      segments: segmentTiles.length,
      phases: [...baseClock.phases, ...tuneClock.phases, ...proveClock.phases],
      peakMemoryMB,
      formulaMemoryMB: Math.round(estimateProverMemory(tier, Math.max(...segmentTiles), threads) / 2 ** 20),
      verifyMs,
    };
    answer.push({ job, certificate: encodeCertificate(certificate) });
  }
  return answer;
}

function openWeights(weights: Weights, n: number): Promise<Model> {
  return "path" in weights ? openModel(fileSystem, weights.path) : openScaledModel(weights.scale, weights.drift, n);
}

function parametersOf(model: Model): number {
  return model.tensors.reduce((sum, tensor) => sum + (tensor.kind === "string" ? 0 : tensor.elementCount), 0);
}
