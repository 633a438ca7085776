import { resolve } from "node:path";
import type { Command } from "commander";
import { partOf } from "../../certificate/assemble-certificate.js";
import { assertAllCommitted } from "../../commitment/open-committed.js";
import { planCertificate } from "../../certificate/plan-certificate.js";
import { segmentOf, type CertificatePlan } from "../../segment/planned-segment.js";
import { provePlan } from "../../certificate/prove-certificate.js";
import { provePlannedSegment, type SegmentProverInput } from "../../segment/prove-planned-segment.js";
import type { OpenedModel } from "../../commitment/commit-tiles.js";
import { divideByNeed } from "../../certificate/divide-by-need.js";
import type { CommittedModel } from "../../commitment/committed-model.js";
import { parsePolicy } from "../../policy/policy-file.js";
import { createSystemRandomFr } from "../../algebra/random.js";
import { tierOfTiles } from "../../quantize/tier-of-tiles.js";
import type { Setup } from "../../node/open-setup.js";
import { assertWritable } from "../../node/output-files.js";
import { SegmentFolder } from "../../node/segment-folder.js";
import { readTextFile } from "../../node/text-file.js";
import { TIERS } from "../../protocol/tiers.js";
import type { TensorLoss } from "../../quantize/loss.js";
import { describeCoarse } from "../../quantize/resolution.js";
import { encodeCertificate } from "../../certificate/certificate-codec.js";
import { encodeSegmentPart } from "../../certificate/segment-part-codec.js";
import { certificateOutcome } from "../certificate-outcome.js";
import { addCommand, type Runner } from "../command.js";
import { keepingSegments, readFinished } from "../finished-segments.js";
import { assertSeen, lossJson, lossOfPair, lossReport, type WeightPair } from "../loss-report.js";
import { openModelFiles, readCommitted } from "../model-files.js";
import { showPlan, warnOfMemory } from "../proving-plan.js";
import type { Outcome, Session } from "../session.js";
import { proveOptions, type ProveOptions } from "./prove-options.js";

/** `fti prove` */
export function addProveCommand(parent: Command, runner: Runner): void {
  addCommand<ProveOptions>(parent, runner, {
    name: "prove",
    summary: "prove that a fine-tune follows a policy",
    description:
      "Makes a certificate. It is bound to one registry on one chain and to the publisher's address: nobody " +
      "else can register it. Both models must be committed, the fine-tune with --base. Large changes are split " +
      "into segments. Finished segments are kept until the certificate is written: after an interruption, run " +
      "the same command again to continue.",
    options: proveOptions(),
    examples: [
      "fti prove --base base.model.json --base-weights base.safetensors --tune tuned.model.json \\\n" +
        "    --tune-weights tuned.safetensors --policy policy.json --registry 0x5FbDB2315678afecb367f032d93F642f64180aa3 \\\n" +
        "    --chain-id 31337 --publisher 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 -o certificate.json",
    ],
    run: async (_positionals, options, session) => {
      const { segment } = options;
      const output = options.output ?? (segment === undefined ? "certificate.json" : `segment-${segment}.json`);
      if (options.plan !== true) await assertWritable([output], options.force ?? false);
      const base = await readCommitted(options.base, session);
      const tuned = await readCommitted(options.tune, session);
      const tierName = tierOfTiles(base.parts.t, options.base);
      const setup = options.plan === true ? undefined : await session.openSetup(tierName, options.artifacts);
      const { jobs } = session;
      if (setup !== undefined && base.modelId === tuned.modelId) {
        const { weights } = await openModels(base, tuned, options, session);
        assertSeen(await lossOf(base, weights), options.tuneWeights);
      }
      const plan = planCertificate({
        base,
        tuned,
        policy: parsePolicy(await readTextFile(options.policy), options.policy),
        context: { chainId: options.chainId, registry: options.registry, publisher: options.publisher },
        tier: TIERS[tierName],
        insecure: (setup?.artifacts.insecure ?? false) || base.insecure || tuned.insecure,
        memory: options.memory === undefined ? undefined : { bytes: options.memory, jobs },
        tunedLabel: options.tuneWeights,
      });
      const shown = showPlan(plan, jobs);
      const coarse = tuned.coarse ?? [];
      const notes = [...shown.lines, ...describeCoarse(coarse)];
      if (setup === undefined) return { exitCode: 0, json: { ...shown.json, coarse }, lines: notes };
      for (const line of notes) session.note(line);
      warnOfMemory(shown, session);
      const { weights, ...opened } = await openModels(base, tuned, options, session);
      const divided = await divideByNeed(plan, opened.base, opened.tuned, session.onProgress);
      const inputs: Inputs = { plan: divided, setup, opened, options, output };
      if (segment !== undefined) return proveOne(inputs, segment, session);
      const loss = lossReport(await lossOf(base, weights), { isPrivate: tuned.isPrivate, stated: tuned.coarse });
      const outcome = await proveAll(inputs, session);
      const lines = [...outcome.lines, ...loss.lines.map((line) => `  ${line}`)];
      return { ...outcome, json: { ...outcome.json, ...lossJson(loss) }, lines };
    },
  });
}

/** What is known when the work starts. */
interface Inputs {
  readonly plan: CertificatePlan;
  readonly setup: Setup;
  readonly opened: OpenedModels;
  readonly options: ProveOptions;
  readonly output: string;
}

async function proveAll(inputs: Inputs, session: Session): Promise<Outcome> {
  const { plan, setup, options, output } = inputs;
  const folder = new SegmentFolder(options.work ?? `${output}.segments`, session.disk);
  const finished = await readFinished(plan, folder, setup, session);
  const tiles = plan.segments.flatMap((segment) => (finished.has(segment.index) ? [] : segment.tiles));
  const certificate = await keepingSegments({ plan, folder, kept: finished.size }, session, async (onDone) => {
    const proven = await provePlan(plan, await openProver(inputs, tiles, session), {
      finished,
      onSegment: async (part) => {
        await folder.write(part.index, encodeSegmentPart(part));
        onDone();
      },
    });
    await session.writeOutputs([{ path: output, content: encodeCertificate(proven) }]);
    return proven;
  });
  await folder.remove(plan.segments.length); // not before the certificate is on the disk
  return certificateOutcome(certificate, output, session);
}

/** Proves one segment for `fti merge`. */
async function proveOne(inputs: Inputs, index: number, session: Session): Promise<Outcome> {
  const { plan, setup, output } = inputs;
  const { tiles, uses } = segmentOf(plan, index);
  const segment = await provePlannedSegment(plan, index, await openProver(inputs, tiles, session));
  const content = encodeSegmentPart(partOf(plan, index, segment, setup.proving.verifyingKey));
  await session.writeOutputs([{ path: output, content }]);
  const rules = uses.map(({ ruleIndex }) => ruleIndex);
  const others = plan.segments.length - 1;
  return {
    exitCode: 0,
    json: { segment: index, segments: plan.segments.length, changedTiles: tiles, rules, output: resolve(output) },
    lines: [
      `Segment ${session.colors.bold(String(index))} of ${plan.segments.length}, counted from 0, written to ${output}`,
      others === 0
        ? "  it is the only one: fti merge makes the certificate"
        : `  fti merge makes the certificate of it and the other ${others}`,
    ],
  };
}

interface OpenedModels {
  readonly base: OpenedModel;
  readonly tuned: OpenedModel;
}

/** How much of the change is seen: one pass over both models. */
function lossOf({ manifest, parts: { t } }: CommittedModel, weights: WeightPair["weights"]): Promise<TensorLoss[]> {
  return lossOfPair({
    manifest,
    tier: TIERS[tierOfTiles(t, "the base")],
    weights,
  });
}

/** Opens the weights of both models. */
async function openModels(
  base: CommittedModel,
  tuned: CommittedModel,
  { baseWeights, baseSecrets, tuneWeights, tuneSecrets }: ProveOptions,
  session: Session,
): Promise<OpenedModels & Pick<WeightPair, "weights">> {
  const ofBase = await openModelFiles(
    { committed: base, weights: baseWeights, secrets: baseSecrets, role: "base" },
    session,
  );
  const ofTune = await openModelFiles(
    { committed: tuned, weights: tuneWeights, secrets: tuneSecrets, role: "tune", base: ofBase.weights },
    session,
  );
  const weights = { base: ofBase.weights, tuned: ofTune.weights };
  return { base: ofBase.opened, tuned: ofTune.opened, weights };
}

/** Checks that the weights of the tiles to be proven are the committed ones. */
async function openProver(
  { setup, opened, options: { baseWeights, tuneWeights } }: Inputs,
  tiles: readonly number[],
  session: Session,
): Promise<SegmentProverInput> {
  const { srs } = setup;
  const backend = await session.openBackend();
  const { onProgress } = session;
  const models = [
    { opened: opened.base, label: baseWeights },
    { opened: opened.tuned, label: tuneWeights },
  ];
  await assertAllCommitted({ models, tiles, srs, backend, onProgress });
  return {
    ...opened,
    tunedLabel: tuneWeights,
    srs,
    artifacts: setup.proving,
    backend,
    randomFr: createSystemRandomFr(),
    onProgress,
  };
}
