import { Option, type Command } from "commander";
import { describeCertificate } from "../../certificate/describe-certificate.js";
import { verifyAgainstModels, type ModelEvidence, type ModelEvidenceInput } from "../../certificate/model-evidence.js";
import type { CheckMade } from "../../certificate/check-made.js";
import { areSameFiles, publishedFiles } from "../../registry/published-files.js";
import { InputError, type VerificationError } from "../../errors/errors.js";
import type { Model } from "../../model/open-model.js";
import { tierOfTiles } from "../../quantize/tier-of-tiles.js";
import { readTextFile } from "../../node/text-file.js";
import { measureNorms } from "../../policy/base-norms.js";
import { decodeManifest } from "../../quantize/manifest.js";
import { describeCoarse } from "../../quantize/resolution.js";
import { certificateId } from "../../certificate/certificate-id.js";
import { parseCertificate } from "../../certificate/certificate-codec.js";
import { addCommand, artifactsOption, jobsOption, type Runner } from "../command.js";
import { openModelFiles, openWeights, openWeightsOf, readCommitted } from "../model-files.js";
import { orientationOption } from "../orientation-option.js";
import type { Outcome, Session } from "../session.js";

interface VerifyOptions {
  readonly base?: string;
  readonly baseWeights?: string;
  readonly baseSecrets?: string;
  readonly tune?: string;
  readonly tuneWeights?: string;
  readonly tuneSecrets?: string;
  readonly allowDevelopmentKeys?: boolean;
  readonly artifacts?: string;
}

/** `fti verify` */
export function addVerifyCommand(parent: Command, runner: Runner): void {
  addCommand<VerifyOptions>(parent, runner, {
    name: "verify",
    summary: "check a certificate offline",
    description:
      "Runs every check of the registry, offline. A certificate by itself is about two model ids, not about " +
      "files: with --base-weights and --tune-weights the ids are recomputed from your files. With the model " +
      "files as well (--base, --tune) that is faster, and the output shows whether your files are byte for byte " +
      "those that were committed. Exit codes: 0 valid, 1 invalid, 2 bad input (such as a certificate that cannot " +
      "be read), 3 could not check, 5 made with development keys: proves nothing.",
    positionals: [["<certificate>", "file made by fti prove"]],
    options: [
      new Option("--base <file>", "the base's model file: compare its id"),
      new Option("--base-weights <path>", "the base's weights: recompute its id, and show bounds in percent"),
      new Option("--base-secrets <file>", "secrets of a private base (with --base and --base-weights)"),
      new Option("--tune <file>", "the fine-tune's model file: compare its id"),
      new Option("--tune-weights <path>", "the fine-tune's weights: recompute its id"),
      new Option("--tune-secrets <file>", "secrets of a private fine-tune (with --tune and --tune-weights)"),
      orientationOption(),
      new Option(
        "--allow-development-keys",
        "accept proofs under development keys, which anybody can forge: for tests",
      ),
      artifactsOption(),
      jobsOption(),
    ],
    examples: ["fti verify certificate.json --base-weights base.safetensors --tune-weights tuned.safetensors"],
    run: async ([path = ""], options, session) => {
      const certificate = parseCertificate(await readTextFile(path), path);
      const setup = await session.openSetup(tierOfTiles(certificate.base.t, path), options.artifacts);
      const { base, baseWeights, baseSecrets, tune, tuneWeights, tuneSecrets } = options;
      const ofBase = await evidenceOf("base", base, baseWeights, baseSecrets, session);
      const ofTune = await evidenceOf("tune", tune, tuneWeights, tuneSecrets, session, ofBase.model);
      const evidence = { base: ofBase.evidence, tuned: ofTune.evidence };
      const recomputes = baseWeights !== undefined || tuneWeights !== undefined;
      const input: ModelEvidenceInput = {
        certificate,
        anchors: setup.anchors,
        ...evidence,
        ...(recomputes
          ? { recompute: { srs: setup.srs, backend: await session.openBackend(), onProgress: session.onProgress } }
          : {}),
      };
      const { valid, checks, error, ids } = await verifyAgainstModels(input);
      if (error !== undefined) return invalidOutcome(error, checks, session);
      const insecure = certificate.insecure || setup.artifacts.insecure;
      const manifest = decodeManifest(certificate.manifest);
      const words = describeCertificate(certificate, {
        insecure,
        isRecomputed: baseWeights !== undefined && tuneWeights !== undefined,
        norms: ofBase.model === undefined ? undefined : await measureNorms(ofBase.model, manifest),
      });
      const files = [
        ...(await fileLines("base", baseWeights, ofBase.model, base)),
        ...(await fileLines("fine-tune", tuneWeights, ofTune.model, tune)),
      ];
      const coarse = ofTune.evidence.committed?.coarse ?? [];
      const isUnproven = insecure && options.allowDevelopmentKeys !== true;
      const { green, red, bold } = session.colors;
      return {
        exitCode: isUnproven ? 5 : 0,
        json: {
          valid,
          verdict: isUnproven ? "development-keys" : "valid",
          certificateId: certificateId(certificate),
          ...ids,
          insecure,
          isAboutFiles: { base: baseWeights !== undefined, tuned: tuneWeights !== undefined },
          coarse,
          files,
          checks,
          ...words,
        },
        lines: [
          isUnproven
            ? `${bold(red("Made with development keys: proves nothing"))} (with production keys: ${words.headline})`
            : `${bold(green("VALID"))}${insecure ? bold(red(" under DEVELOPMENT KEYS, which anybody can forge")) : ""}: ${words.headline}`,
          `  base      ${ids?.baseModelId ?? ""}`,
          `  fine-tune ${ids?.tunedModelId ?? ""}`,
          ...[...describeCoarse(coarse), ...files].map((line) => `  ${line}`),
          ...checkLines(checks, session),
          "It says:",
          ...words.says.map((line) => `  ${line}`),
          "It does not say:",
          ...words.doesNotSay.map((line) => `  ${line}`),
          ...(isUnproven ? ["For tests and local chains: --allow-development-keys."] : []),
        ],
      };
    },
  });
}

function checkLines(checks: readonly CheckMade[], { colors: { green, red } }: Session): string[] {
  return checks.map(({ check, ok }) => `  ${ok ? green("ok") : red("failed")}  ${check}`);
}

function invalidOutcome(error: VerificationError, checks: readonly CheckMade[], session: Session): Outcome {
  const { phase, expected, actual, remedy } = error;
  const { red, bold } = session.colors;
  return {
    exitCode: 1,
    json: { valid: false, verdict: "invalid", phase, message: error.shortMessage, expected, actual, checks },
    lines: [
      bold(red("INVALID")),
      ...checkLines(checks, session),
      `  ${error.shortMessage}`,
      ...(expected === undefined ? [] : [`  expected ${expected}, found ${actual ?? ""}`]),
      ...(remedy === undefined ? [] : [`  ${remedy}`]),
    ],
  };
}

/** What the certificate says about files of a model: nothing, without its weights. */
async function fileLines(
  role: "base" | "fine-tune",
  path: string | undefined,
  weights: Model | undefined,
  modelFile: string | undefined,
): Promise<string[]> {
  if (path === undefined || weights === undefined) {
    const option = role === "base" ? "--base-weights" : "--tune-weights";
    return [`No file of the ${role} was checked: give its weights, ${option} PATH.`];
  }
  const published = modelFile === undefined ? undefined : publishedFiles(await readTextFile(modelFile));
  const rounded = `${path}: its weights, rounded to the steps of the manifest, are those of the ${role}`;
  if (published === undefined) return [`${rounded}.`];
  const { files } = await weights.provenance();
  return [
    areSameFiles(files, published)
      ? `${path}: byte for byte the files of the ${role} that were committed.`
      : `${rounded}; it is NOT byte for byte what was committed (${modelFile ?? ""}).`,
  ];
}

async function evidenceOf(
  role: "base" | "tune",
  file: string | undefined,
  weights: string | undefined,
  secrets: string | undefined,
  session: Session,
  base?: Model,
): Promise<{ readonly evidence: ModelEvidence; readonly model: Model | undefined }> {
  const committed = file === undefined ? undefined : await readCommitted(file, session);
  if (secrets === undefined) {
    if (committed?.isPrivate === true && weights !== undefined) {
      throw new InputError(
        `the ${role === "tune" ? "fine-tune" : "base"} is private: its weights alone do not give its commitments`,
        {
          remedy: `Give --${role}-secrets as well, or leave --${role}-weights out.`,
        },
      );
    }
    const open = (path: string): Promise<Model> =>
      committed === undefined ? openWeights(path, session, base) : openWeightsOf(committed, path, session, base);
    const model = weights === undefined ? undefined : await open(weights);
    return { evidence: { committed, weights: model }, model };
  }
  if (committed === undefined || weights === undefined) {
    throw new InputError(`--${role}-secrets goes with --${role} and --${role}-weights`);
  }
  const files = await openModelFiles({ committed, weights, secrets, role, ...(base && { base }) }, session);
  return { evidence: { committed, opened: files.opened }, model: files.weights };
}
