/**
 * One whole job in a process of its own, so that its peak of memory is nobody else's:
 *
 *   tsx bench/jobs/job.ts SPEC     SPEC: JSON of `jobSpecSchema`; JSON of `jobAnswerSchema` on stdout
 */
import { commitModel, type CommitModelInput } from "../../src/commitment/commit-model.js";
import { recognizeArchitecture } from "../../src/model/architecture/recognize.js";
import { compilePolicy } from "../../src/policy/compile-policy.js";
import { openCommitted } from "../../src/commitment/open-committed.js";
import { proveCertificate } from "../../src/certificate/prove-certificate.js";
import type { OpenedModel } from "../../src/commitment/commit-tiles.js";
import type { PublishingContext } from "../../src/segment/planned-segment.js";
import type { Policy } from "../../src/policy/rule.js";
import type { Backend } from "../../src/kernels/backend.js";
import type { Setup } from "../../src/node/open-setup.js";
import { estimateProverMemory } from "../../src/segment/prover-memory.js";
import { createSystemRandomFr } from "../../src/algebra/random.js";
import { openModel, type Model } from "../../src/model/open-model.js";
import { fileSystem } from "../../src/node/file-source.js";
import { peakMemoryBytes } from "../../src/node/process-memory.js";
import { encodeCertificate } from "../../src/certificate/certificate-codec.js";
import { verifyCertificate } from "../../src/certificate/verify-certificate.js";
import { withBackend } from "../backend.js";
import type { Job, Phase } from "../report.js";
import { jobSpecSchema, type JobAnswer, type JobSpec, type Weights } from "./job-spec.js";
import { PhaseClock } from "./phase-clock.js";
import { openScaledModel } from "./scaled-model.js";
import { openOrMakeSetup } from "../../src/node/open-or-make-setup.js";

/** Larger than any drift that is measured, and divided among as many rules as there are. */
const MAX_NORM = "100000";

const answer = await run(jobSpecSchema.parse(JSON.parse(process.argv[2] ?? "null")));
process.stdout.write(JSON.stringify(answer), () => process.exit());

async function run({ tier, threads, base, tunes, context }: JobSpec): Promise<JobAnswer> {
  const setup = await openOrMakeSetup(tier);
  const answer: JobAnswer = [];
  await withBackend(threads, async (backend) => {
    const prover = { setup, backend, threads, context: { ...context, chainId: BigInt(context.chainId) } };
    const baseModel = await openWeights(base, setup.tier.n);
    const committed = await commitBase(prover, baseModel);
    for (const tune of tunes) {
      const model = await openWeights(tune.weights, setup.tier.n);
      answer.push(await certify(prover, committed, tune.name, model).finally(() => model.close()));
    }
    await baseModel.close();
  });
  return answer;
}

interface Prover {
  readonly setup: Setup;
  readonly backend: Backend;
  readonly threads: number;
  readonly context: PublishingContext;
}

interface CommittedBase {
  readonly base: OpenedModel;
  readonly policy: Policy;
  readonly phases: readonly Phase[];
}

/** What every command of a prover is given. */
function common({
  setup: { tier, srs, artifacts },
  backend,
}: Prover): Pick<CommitModelInput, "tier" | "srs" | "insecure" | "backend"> {
  return { tier, srs, insecure: artifacts.insecure, backend };
}

async function commitBase(prover: Prover, model: Model): Promise<CommittedBase> {
  const clock = new PhaseClock();
  const { committed } = await clock.during("commit base", () => commitModel({ ...common(prover), model }));
  const { manifest } = committed;
  const { policy } = await compilePolicy({
    document: { version: 1, rules: [{ tensors: "**", drift: MAX_NORM }] },
    baseModelId: committed.modelId,
    manifest,
    architecture: recognizeArchitecture(manifest.tensors),
    tier: prover.setup.tier,
  });
  return { base: openCommitted(committed, model), policy, phases: clock.phases };
}

/** Commits a fine-tune, proves its certificate and verifies it. */
async function certify(
  prover: Prover,
  { base, policy, phases }: CommittedBase,
  name: string,
  model: Model,
): Promise<JobAnswer[number]> {
  const { setup, threads, context } = prover;
  const { tier } = setup;
  const commitClock = new PhaseClock();
  const { committed } = await commitClock.during("commit tune", () => commitModel({ ...common(prover), model, base }));
  const proveClock = new PhaseClock();
  const certificate = await proveClock.during("prove", () =>
    proveCertificate({
      ...common(prover),
      base,
      tuned: openCommitted(committed, model),
      policy,
      context,
      artifacts: setup.proving,
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
    tiles: committed.parts.tileCount,
    changedTiles: segmentTiles.reduce((sum, tiles) => sum + tiles, 0),
    segments: segmentTiles.length,
    phases: [...phases, ...commitClock.phases, ...proveClock.phases],
    peakMemoryMB,
    formulaMemoryMB: Math.round(estimateProverMemory(tier, Math.max(...segmentTiles), threads) / 2 ** 20),
    verifyMs,
  };
  return { job, certificate: encodeCertificate(certificate) };
}

function openWeights(weights: Weights, n: number): Promise<Model> {
  return "path" in weights ? openModel(fileSystem, weights.path) : openScaledModel(weights.scale, weights.drift, n);
}

function parametersOf(model: Model): number {
  return model.tensors.reduce((sum, tensor) => sum + (tensor.kind === "string" ? 0 : tensor.elementCount), 0);
}
