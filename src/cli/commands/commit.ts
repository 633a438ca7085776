import { basename, resolve } from "node:path";
import { Option, type Command } from "commander";
import { commitModel } from "../../commitment/commit-model.js";
import { encodeModel, encodeSecrets } from "../../commitment/model-file.js";
import { InputError } from "../../errors/errors.js";
import { createSystemRandomFr } from "../../algebra/random.js";
import type { Model } from "../../model/open-model.js";
import type { FileRecord } from "../../model/provenance.js";
import { tierOfTiles } from "../../quantize/tier-of-tiles.js";
import { viewsOfBase, type BaseViews } from "../../quantize/base-views.js";
import { assertWritable } from "../../node/output-files.js";
import {
  addCommand,
  artifactsOption,
  forceOption,
  outputOption,
  tierOption,
  type Runner,
  type TierName,
  jobsOption,
} from "../command.js";
import { lossOfCommit } from "../commit-loss.js";
import { fractionBitsOption, type FractionBitsOption } from "../fraction-bits-option.js";
import { lossJson } from "../loss-report.js";
import { openModelFiles, openWeights, readCommitted, readMapping, type OpenedFiles } from "../model-files.js";
import { orientationOption } from "../orientation-option.js";
import type { Session } from "../session.js";

interface CommitOptions {
  readonly tier?: TierName;
  readonly fractionBits?: FractionBitsOption;
  readonly allowCoarse?: boolean;
  readonly pack: "by-role" | "together";
  readonly roles?: string;
  readonly for?: string;
  readonly allowUncovered?: boolean;
  readonly private?: boolean;
  readonly output?: string;
  readonly secrets?: string;
  readonly base?: string;
  readonly baseWeights?: string;
  readonly baseSecrets?: string;
  readonly artifacts?: string;
  readonly force?: boolean;
}

/** `fti commit` */
export function addCommitCommand(parent: Command, runner: Runner): void {
  addCommand<CommitOptions>(parent, runner, {
    name: "commit",
    summary: "commit a model and compute its id",
    description:
      "Quantizes a model (safetensors, TensorFlow.js, ONNX, or a PEFT adapter over its base), commits to it " +
      "tile by tile and computes its id. Equal weights have one id in every format; an adapter and its merged " +
      "model, which is rounded, have two. A base needs --tier. A fine-tune needs --base and --base-weights, " +
      "and takes everything but the weights from its base. --private hides the weights; the blindings are written " +
      "to a file of secrets (mode 0600), without which nothing can be proven about the model. Existing secrets " +
      "are never overwritten: --force moves them aside.",
    positionals: [["<model>", "file or directory of the weights"]],
    options: [
      tierOption(" (required for a base)"),
      fractionBitsOption(),
      new Option("--pack <how>", "which small tensors of a base share tiles")
        .choices(["by-role", "together"])
        .default("by-role"),
      new Option("--roles <file>", "roles of a base's tensors that are not recognized by name (YAML or JSON)"),
      new Option(
        "--for <tune>",
        "leave room in a base for the tensors that only this fine-tune has, such as a new head",
      ),
      new Option("--allow-uncovered", "accept a --for model that has under 90 % of the base's weights"),
      new Option("--base <file>", "the base's model file (required for a fine-tune)"),
      new Option("--base-weights <path>", "the base's weights (required for a fine-tune)"),
      new Option("--base-secrets <file>", "the base's secrets, if it is private"),
      orientationOption(),
      new Option("--allow-coarse", "commit a fine-tune even if the base's steps lose over 1 % of a tensor's change"),
      new Option("--private", "hide the weights behind secret blindings"),
      outputOption("MODEL.model.json"),
      new Option("--secrets <file>", "where the blindings go (default: MODEL.secrets.json)"),
      forceOption(),
      artifactsOption(),
      jobsOption(),
    ],
    examples: [
      "fti commit base.safetensors --tier medium -o base.model.json",
      "fti commit tuned.safetensors --base base.model.json --base-weights base.safetensors -o tuned.model.json",
    ],
    run: async ([path = ""], options, session) => {
      const stem = basename(resolve(path)).replace(/\.(safetensors|json|onnx)$/u, "");
      const output = options.output ?? `${stem}.model.json`;
      const secretsPath = options.secrets ?? output.replace(/(\.model)?\.json$/u, "").concat(".secrets.json");
      if (options.private !== true && options.secrets !== undefined) {
        throw new InputError("--secrets goes with --private: an open model has none");
      }
      await assertWritable(options.private === true ? [output, secretsPath] : [output], options.force ?? false);

      const baseFiles = await openBase(options, session);
      const base = baseFiles?.opened;
      const tierName = chooseTier(options.tier, base);
      const setup = await session.openSetup(tierName, options.artifacts);
      const model = await openWeights(path, session, baseFiles?.weights);
      const tune = options.for === undefined ? undefined : await openWeights(options.for, session, model);
      const ofBase = base === undefined ? await baseViews(model, tune, options) : undefined;
      const isPrivate = options.private === true;
      const loss =
        baseFiles === undefined
          ? undefined
          : await lossOfCommit(baseFiles, model, setup.tier, { allowCoarse: options.allowCoarse ?? false, isPrivate });
      const backend = await session.openBackend();
      const {
        committed,
        secrets,
        explanation: reasons,
      } = await commitModel({
        model,
        allowUncovered: options.allowUncovered,
        tier: setup.tier,
        srs: setup.srs,
        insecure: setup.artifacts.insecure,
        backend,
        onProgress: session.onProgress,
        ...(options.fractionBits === undefined ? {} : { fractionBits: options.fractionBits }),
        ...(loss === undefined ? {} : { coarse: loss.coarse }),
        ...(base === undefined ? {} : { base }),
        ...(ofBase === undefined ? {} : { views: ofBase.views, tune }),
        ...(isPrivate ? { randomFr: createSystemRandomFr() } : {}),
      });
      const explanation = [...(ofBase === undefined ? [] : ofBase.explanation), ...reasons];
      const provenance = await model.provenance();
      await session.writeOutputs([
        ...(secrets === undefined
          ? []
          : [{ path: secretsPath, content: encodeSecrets({ ...secrets, provenance }), secret: true }]),
        { path: output, content: encodeModel(committed, isPrivate ? undefined : provenance) },
      ]);
      const { tileCount } = committed.parts;
      return {
        exitCode: 0,
        json: {
          modelId: committed.modelId,
          tier: tierName,
          tileCount,
          isPrivate: committed.isPrivate,
          insecure: committed.insecure,
          explanation,
          ...(isPrivate ? {} : { provenance }),
          ...(loss === undefined ? {} : lossJson(loss)),
          output: resolve(output),
          ...(secrets === undefined ? {} : { secrets: resolve(secretsPath) }),
          ...(base === undefined ? {} : { baseModelId: base.committed.modelId }),
        },
        lines: [
          `Model ${session.colors.bold(committed.modelId)}`,
          `  ${tileCount} tiles of ${setup.tier.n} × ${setup.tier.n} (tier ${tierName})${committed.isPrivate ? ", private" : ""}`,
          ...explanation.map((line) => `  ${line}`),
          ...(base === undefined ? [] : [`  quantized as its base ${base.committed.modelId}`]),
          ...(loss?.lines ?? []).map((line) => `  ${line}`),
          `  ${provenance.format}: ${provenance.files.map((file) => nameFile(file, isPrivate)).join(", ")}`,
          `  written to ${output}${secrets === undefined ? "" : `, secrets to ${secretsPath}: keep them, and keep them secret`}`,
        ],
      };
    },
  });
}

async function baseViews(model: Model, tune: Model | undefined, { pack, roles }: CommitOptions): Promise<BaseViews> {
  return viewsOfBase(model, { tune, mapping: await readMapping(roles), isTogether: pack === "together" });
}

async function openBase(options: CommitOptions, session: Session): Promise<OpenedFiles | undefined> {
  const { base, baseWeights, baseSecrets } = options;
  if (base === undefined) {
    if (baseWeights !== undefined || baseSecrets !== undefined)
      throw new InputError("--base-weights and --base-secrets go with --base");
    return undefined;
  }
  if (baseWeights === undefined) {
    throw new InputError("--base needs --base-weights: unchanged tiles are found by comparing the weights");
  }
  if (options.for !== undefined || options.allowUncovered !== undefined || options.roles !== undefined) {
    throw new InputError("--for, --allow-uncovered and --roles apply to a base; a fine-tune takes them from its base");
  }
  if (options.fractionBits !== undefined) {
    throw new InputError("--fraction-bits is chosen when the base is committed; a fine-tune inherits it");
  }
  const committed = await readCommitted(base, session);
  return openModelFiles({ committed, weights: baseWeights, secrets: baseSecrets, role: "base" }, session);
}

/** A private file's digest would confirm guesses of it, wherever the output is kept. */
function nameFile({ name, sha256 }: FileRecord, isPrivate: boolean): string {
  return isPrivate ? name : `${name} (SHA-256 ${sha256.slice(0, 16)}…)`;
}

function chooseTier(tier: TierName | undefined, base: OpenedFiles["opened"] | undefined): TierName {
  if (base !== undefined) {
    const ofBase = tierOfTiles(base.committed.parts.t, "the base");
    if (tier !== undefined && tier !== ofBase) {
      throw new InputError(`--tier ${tier}, but the base was committed at tier ${ofBase}`, {
        remedy: "Leave --tier out: a fine-tune has the tier of its base.",
      });
    }
    return ofBase;
  }
  if (tier !== undefined) return tier;
  throw new InputError("--tier is needed to commit a base", {
    remedy: "Give --tier small for MLPs, medium for CNNs, large for GPT-2 and up.",
  });
}
