import { Option, type Command } from "commander";
import { queryModel, type QueryModelInput } from "../../registry/query-model.js";
import type { Hex } from "../../algebra/hex.js";
import { ArtifactError, InputError, UnavailableError } from "../../errors/errors.js";
import type { Model } from "../../model/open-model.js";
import { tierOfTiles } from "../../quantize/tier-of-tiles.js";
import { readTextFile } from "../../node/text-file.js";
import { decodeManifest, type Manifest } from "../../quantize/manifest.js";
import type { DriftRegistryClient } from "../../registry/client.js";
import { questionAbout } from "../../registry/model-question.js";
import { acceptedPublishers, assertTrustedIn } from "../../registry/trusted-base.js";
import { parseCertificate } from "../../certificate/certificate-codec.js";
import { addCommand, artifactsOption, jobsOption, tierOption, type Runner, type TierName } from "../command.js";
import { openWeights, openWeightsOf } from "../model-files.js";
import { orientationOption } from "../orientation-option.js";
import { namedBase, normsOfBase, type NamedBase } from "../query-base.js";
import { coarseOf, compareBytes, identifyFiles } from "../query-files.js";
import { limitOptions, readLimits, type LimitOptions } from "../query-limits.js";
import { queryOutcome } from "../query-outcome.js";
import { RegistrySetups } from "../query-setups.js";
import { readOptions, readRegistry, type ReadOptions } from "../read-registry.js";
import type { Session } from "../session.js";
import { trustOption } from "./trust.js";

interface QueryOptions extends ReadOptions, LimitOptions {
  readonly tier?: TierName;
  readonly base?: string;
  readonly baseWeights?: string;
  readonly certificate?: string;
  readonly tune?: string;
  readonly trust?: string;
  readonly verify?: boolean;
  readonly allowDevelopmentKeys?: boolean;
}

const PLACE = "--rpc http://127.0.0.1:8545 --registry 0x5FbDB2315678afecb367f032d93F642f64180aa3";

/** `fti query` */
export function addQueryCommand(parent: Command, runner: Runner): void {
  addCommand<QueryOptions>(parent, runner, {
    name: "query",
    summary: "ask whether a model is certified from a base that you trust",
    description:
      "Certified means: active certificates lead from the base that you name to this model, within what you accept. The " +
      "first line of the answer bounds how far the model can be from the base. Without --base there is no verdict, only a report " +
      "of what leads to the model. A model is named by its id, or by its files, whose id is then recomputed under the " +
      "base's manifest. If a setup of the tier is available, proofs are verified again from the calldata that registered them. " +
      "That a certificate is registered and active is taken from the RPC node. " +
      "Exit codes: 0 certified, 1 not certified, 2 bad input, 3 could not check, 4 a report (no --base), 5 development keys.",
    positionals: [["<model>", "model id, or file or directory of the weights"]],
    options: [
      ...readOptions(),
      new Option(
        "--base <base>",
        "the base that you trust: its model file, id, weights (with --tier), or a name of fti trust",
      ),
      new Option(
        "--base-weights <path>",
        "the base's weights: for answers in percent, and if the model is an adapter or lacks buffers",
      ),
      orientationOption(),
      new Option(
        "--certificate <file>",
        "a certificate of the model: for its manifest, where the base's model file is missing",
      ),
      new Option(
        "--tune <file>",
        "the model file that its publisher offers: check whether your files are byte for " +
          "byte those that were committed",
      ),
      ...limitOptions(),
      trustOption(),
      tierOption(),
      new Option("--verify", "verify proofs again; an error without a setup of the tier"),
      new Option("--no-verify", "do not verify proofs again: rely on the registry's check"),
      new Option(
        "--allow-development-keys",
        "accept proofs under development keys, which anybody can forge: for tests",
      ),
      artifactsOption(),
      jobsOption(),
    ],
    examples: [
      `fti query tuned.safetensors --base base.model.json --base-weights base.safetensors ${PLACE}`,
      `fti query tuned.safetensors --base acme-7b --max-drift 5% --frozen 'embed*' ${PLACE}`,
    ],
    run: async ([model = ""], options, session) => {
      assertIdOrPath(model);
      const { client: registry, chainId } = await readRegistry(options, session);
      const setups = new RegistrySetups(registry, (tier) => session.openSetup(tier, options.artifacts));
      const base = await namedBase(options, () => setups.ofTier(options.tier), session);
      if (base?.trusted !== undefined) assertTrustedIn(base.trusted, { chainId, registry: registry.address });
      const manifest = base?.committed?.manifest ?? (await manifestOf(options.certificate));
      const baseWeights = base?.weights ?? (await baseWeightsOf(options.baseWeights, manifest, session));
      const files = isId(model)
        ? undefined
        : await identifyFiles(model, { ...options, manifest, baseWeights, setups }, session);
      const modelId = files?.modelId ?? (model.toLowerCase() as Hex);
      const verify = await anchorsOf(modelId, base, options, registry, session);
      const baseModelId = base?.modelId;
      const limits = await readLimits({ options, baseModelId, manifest, weights: baseWeights, registry });
      const publishers = acceptedPublishers(base?.trusted, options.publisher);
      const norms =
        base === undefined || baseWeights === undefined || manifest === undefined
          ? undefined
          : await normsOfBase(
              { base, weights: baseWeights, manifest, setup: await setups.ofManifest(manifest) },
              session,
            );
      const answer = await queryModel({
        registry,
        modelId,
        question: questionAbout(baseModelId, { limits, publishers, norms }),
        manifest,
        verify,
        insecure: setups.isInsecure || base?.committed?.insecure === true,
        allowDevelopmentKeys: options.allowDevelopmentKeys,
      });
      const modelFile = options.tune ?? (modelId === base?.modelId ? base.modelFile : undefined);
      return queryOutcome(
        {
          answer,
          chainId,
          manifest,
          baseModelId,
          baseName: base?.trusted?.name,
          isVerifiedHere: verify !== undefined,
          coarse: await coarseOf(modelId, modelFile, session),
          bytes: files && (await compareBytes(files, modelFile, session)),
        },
        session,
      );
    },
  });
}

/** The base's weights, by the names of its manifest where that is known. */
function baseWeightsOf(
  path: string | undefined,
  manifest: Manifest | undefined,
  session: Session,
): Promise<Model> | undefined {
  if (path === undefined) return undefined;
  return manifest === undefined ? openWeights(path, session) : openWeightsOf({ manifest }, path, session);
}

async function manifestOf(path: string | undefined): Promise<Manifest | undefined> {
  return path === undefined ? undefined : decodeManifest(parseCertificate(await readTextFile(path), path).manifest);
}

/** The keys to verify with, if they are wanted and at hand. */
async function anchorsOf(
  id: Hex,
  base: NamedBase | undefined,
  { verify, artifacts }: QueryOptions,
  registry: DriftRegistryClient,
  session: Session,
): Promise<QueryModelInput["verify"]> {
  if (verify === false) return undefined;
  const t = base?.committed?.parts.t ?? (await registry.getModel(id))?.t;
  if (t === undefined) return undefined;
  try {
    return await session.openAnchors(tierOfTiles(t, `model ${id}`), artifacts);
  } catch (error) {
    // Without --verify, a setup that is missing is no fault: the answer says on whose word it is.
    if (verify === undefined && (error instanceof ArtifactError || error instanceof UnavailableError)) return undefined;
    throw error;
  }
}

const isId = (text: string): boolean => /^0x[0-9a-f]{64}$/iu.test(text);

/** Hex digits that are no id are a mistyped one rather than a file. */
function assertIdOrPath(model: string): void {
  if (/^0x(?![0-9a-f]{64}$)[0-9a-f]*$/iu.test(model)) {
    throw new InputError(`${model} is not a model id: it has ${model.length - 2} hex digits, expected 64`, {
      remedy: `If it is a file, write ./${model}.`,
    });
  }
}
