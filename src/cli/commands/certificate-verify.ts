import { Option, type Command } from "commander";
import { describeCertificate } from "../../client/describe-certificate.js";
import { checkCertificate, type ModelEvidence, type CheckCertificateInput } from "../../client/check-certificate.js";
import { InputError } from "../../errors/errors.js";
import type { Model } from "../../model/open-model.js";
import { tierOfTiles } from "../../node/open-setup.js";
import { readTextFile } from "../../node/text-file.js";
import { certificateId } from "../../registry/encode.js";
import { parseCertificate } from "../../wrap/certificate-codec.js";
import { addCommand, artifactsOption, jobsOption, type Runner } from "../command.js";
import { openModelFiles, openWeights, openWeightsOf, readCommitted } from "../model-files.js";
import { orientationOption } from "../orientation-option.js";
import type { Session } from "../session.js";

interface VerifyOptions {
  readonly base?: string;
  readonly baseWeights?: string;
  readonly baseSecrets?: string;
  readonly tune?: string;
  readonly tuneWeights?: string;
  readonly tuneSecrets?: string;
  readonly artifacts?: string;
}

/** `fti verify` */
export function addVerifyCommand(parent: Command, runner: Runner): void {
  addCommand<VerifyOptions>(parent, runner, {
    name: "verify",
    summary: "check a certificate offline",
    description:
      "Makes every check of the registry, offline. Given the weights of an open model, also recomputes its commitments: " +
      "only then do you know that the certificate is about those files. With the model's own file as well its " +
      "commitments are checked together, which is faster. Exit 1 and the failed phase if it is invalid.",
    positionals: [["<certificate>", "file made by fti prove"]],
    options: [
      new Option("--base <file>", "committed base: compare its id"),
      new Option("--base-weights <path>", "the base's weights: recompute its commitments"),
      new Option("--base-secrets <file>", "secrets of a private base (with --base and --base-weights)"),
      new Option("--tune <file>", "committed fine-tune: compare its id"),
      new Option("--tune-weights <path>", "the fine-tune's weights: recompute its commitments"),
      new Option("--tune-secrets <file>", "secrets of a private fine-tune (with --tune and --tune-weights)"),
      orientationOption(),
      artifactsOption(),
      jobsOption(),
    ],
    examples: ["fti verify certificate.json --base-weights base.safetensors --tune-weights tuned.safetensors"],
    run: async ([path = ""], options, session) => {
      const certificate = parseCertificate(await readTextFile(path), path);
      const setup = await session.openSetup(tierOfTiles(certificate.base.t, path), options.artifacts);
      if (certificate.insecure)
        session.warn("INSECURE: the certificate was made with a development setup and proves nothing.");
      const { base, baseWeights, baseSecrets, tune, tuneWeights, tuneSecrets } = options;
      const ofBase = await evidenceOf("base", base, baseWeights, baseSecrets, session);
      const ofTune = await evidenceOf("tune", tune, tuneWeights, tuneSecrets, session, ofBase.model);
      const evidence = { base: ofBase.evidence, tuned: ofTune.evidence };
      const recomputes = baseWeights !== undefined || tuneWeights !== undefined;
      const input: CheckCertificateInput = {
        certificate,
        anchors: setup.anchors,
        ...evidence,
        ...(recomputes
          ? { recompute: { srs: setup.srs, backend: await session.openBackend(), onProgress: session.onProgress } }
          : {}),
      };
      const { valid, checks, error, ids } = await checkCertificate(input);
      const { green, red, bold } = session.colors;
      const checkLines = checks.map(({ check, ok }) => `  ${ok ? green("ok") : red("failed")}  ${check}`);
      if (error !== undefined) {
        const { phase, expected, actual, remedy } = error;
        return {
          exitCode: 1,
          json: { valid, phase, message: error.shortMessage, expected, actual, checks },
          lines: [
            bold(red("INVALID")),
            ...checkLines,
            `  ${error.shortMessage}`,
            ...(expected === undefined ? [] : [`  expected ${expected}, found ${actual ?? ""}`]),
            ...(remedy === undefined ? [] : [`  ${remedy}`]),
          ],
        };
      }
      const insecure = certificate.insecure || setup.artifacts.insecure;
      const { says, doesNotSay } = describeCertificate(
        certificate,
        insecure,
        baseWeights !== undefined && tuneWeights !== undefined,
      );
      return {
        exitCode: 0,
        json: {
          valid,
          certificateId: certificateId(certificate),
          ...ids,
          insecure,
          checks,
          says,
          doesNotSay,
        },
        lines: [
          bold(green("VALID")),
          ...checkLines,
          "It says:",
          ...says.map((line) => `  ${line}`),
          "It does not say:",
          ...doesNotSay.map((line) => `  ${line}`),
        ],
      };
    },
  });
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
      throw new InputError(`the ${role} model is private: its weights alone do not give its commitments`, {
        remedy: `Give --${role}-secrets as well, or leave --${role}-weights out.`,
      });
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
