import { Option, type Command } from "commander";
import { commitModel } from "../../commitment/commit-model.js";
import { queryModel, type QueryModelInput } from "../../registry/query-model.js";
import type { Hex } from "../../algebra/hex.js";
import { ArtifactError, InputError, UnavailableError } from "../../errors/errors.js";
import type { Model } from "../../model/open-model.js";
import { tierOfTiles, type Setup } from "../../node/open-setup.js";
import { readTextFile } from "../../node/text-file.js";
import { parseManifest } from "../../quantize/manifest.js";
import type { DriftRegistryClient } from "../../registry/client.js";
import { parseCertificate } from "../../certificate/certificate-codec.js";
import { viewsOfBase } from "../base-views.js";
import { addCommand, artifactsOption, jobsOption, tierOption, type Runner, type TierName } from "../command.js";
import { openWeights, openWeightsOf } from "../model-files.js";
import { orientationOption } from "../orientation-option.js";
import { namedBase, normsOfBase, type NamedBase } from "../query-base.js";
import { assertSameSrs, coarseOf, compareBytes, identifyFiles, type IdentifiedFiles } from "../query-files.js";
import { limitOptions, readLimits, type LimitOptions } from "../query-limits.js";
import { queryOutcome } from "../query-outcome.js";
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
      "first line says how far the model may be from the base at most. Without --base there is no verdict, only a report " +
      "of what leads to the model. A model is named by its id, or by its files, whose id is then recomputed under the " +
      "base's manifest. Where a set-up of the tier is at hand, proofs are verified again on the calldata that registered " +
      "them; that a certificate is registered and still active is the RPC node's word. " +
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
        "the base's weights: for answers in per cent, and if the model is an adapter or lacks buffers",
      ),
      orientationOption(),
      new Option(
        "--certificate <file>",
        "a certificate of the model: for its manifest, where the base's model file is missing",
      ),
      new Option("--tune <file>", "the publisher's file of the model: are these the very bytes that were committed?"),
      ...limitOptions(),
      trustOption(),
      tierOption(),
      new Option("--verify", "verify proofs again; without a set-up of the tier that is an error"),
      new Option("--no-verify", "take the registry at its word"),
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
      const setups = new Setups(options, registry, session);
      const base = await namedBase(options, () => setups.ofTier(options.tier), session);
      assertPlace(base, registry, chainId);
      const manifest = base?.committed?.manifest ?? (await manifestOf(options.certificate));
      const baseWeights = base?.weights ?? (await baseWeightsOf(options.baseWeights, manifest, session));
      const files = await filesOf(model, { options, manifest, baseWeights, setups, registry }, session);
      const modelId = files?.modelId ?? (model.toLowerCase() as Hex);
      const verify = await anchorsOf(modelId, base, options, registry, session);
      const question = base && {
        baseModelId: base.modelId,
        limits: await readLimits({ options, baseModelId: base.modelId, manifest, weights: baseWeights, registry }),
        publishers: publishersOf(base, options),
        norms:
          baseWeights === undefined || manifest === undefined
            ? undefined
            : await normsOfBase(
                { base, weights: baseWeights, manifest, setup: await setups.ofManifest(manifest) },
                session,
              ),
      };
      if (base === undefined) assertNoLimits(options);
      const answer = await queryModel({
        registry,
        modelId,
        question,
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
          manifest: manifest === undefined ? undefined : parseManifest(JSON.parse(manifest)),
          baseModelId: base?.modelId,
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

/** Set-ups that a query needs, each opened once; remembers whether any was for development. */
class Setups {
  readonly #opened = new Map<TierName, Promise<Setup>>();
  isInsecure = false;

  constructor(
    private readonly options: QueryOptions,
    private readonly registry: DriftRegistryClient,
    private readonly session: Session,
  ) {}

  async ofTier(tier: TierName | undefined): Promise<Setup> {
    if (tier === undefined) {
      throw new InputError("to compute the id of a base from its weights, its tier is needed", {
        remedy: "Give --tier, or the base's model file: its publisher has base.model.json.",
      });
    }
    const known = this.#opened.get(tier) ?? this.session.openSetup(tier, this.options.artifacts);
    this.#opened.set(tier, known);
    const setup = await known;
    this.isInsecure ||= setup.artifacts.insecure;
    await assertSameSrs(setup, this.registry);
    return setup;
  }

  ofManifest(manifest: string): Promise<Setup> {
    return this.ofTier(tierOfTiles(parseManifest(JSON.parse(manifest)).t, "the base"));
  }
}

interface FilesInput {
  readonly options: QueryOptions;
  readonly manifest: string | undefined;
  readonly baseWeights: Model | undefined;
  readonly setups: Setups;
  readonly registry: DriftRegistryClient;
}

/** The files that were asked about, if it is no id. */
async function filesOf(
  model: string,
  { options, manifest, baseWeights, setups, registry }: FilesInput,
  session: Session,
): Promise<IdentifiedFiles | undefined> {
  if (/^0x[0-9a-f]{64}$/iu.test(model)) return undefined;
  if (manifest !== undefined) {
    return identifyFiles(model, { manifest, setup: await setups.ofManifest(manifest), baseWeights }, registry, session);
  }
  if (options.base !== undefined || options.tier === undefined) {
    throw new InputError("the id of files follows from their weights and the base's manifest, which is not at hand", {
      remedy:
        "Give --base base.model.json: its publisher has it. Or --certificate FILE, which contains the manifest. Or, for a " +
        "base that was committed without further options, --tier.",
    });
  }
  const { srs, tier, artifacts } = await setups.ofTier(options.tier);
  const weights = await openWeights(model, session, baseWeights);
  const { views } = await viewsOfBase(weights, undefined);
  const { onProgress } = session;
  const backend = await session.openBackend();
  const insecure = artifacts.insecure;
  const { committed } = await commitModel({ model: weights, srs, backend, onProgress, views, tier, insecure });
  return { modelId: committed.modelId, weights };
}

/** The base's weights, by the names of its manifest where that is known. */
function baseWeightsOf(
  path: string | undefined,
  manifest: string | undefined,
  session: Session,
): Promise<Model> | undefined {
  if (path === undefined) return undefined;
  return manifest === undefined ? openWeights(path, session) : openWeightsOf({ manifest }, path, session);
}

async function manifestOf(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : parseCertificate(await readTextFile(path), path).manifest;
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
    // Without --verify, a set-up that is missing is no fault: the answer says on whose word it is.
    if (verify === undefined && (error instanceof ArtifactError || error instanceof UnavailableError)) return undefined;
    throw error;
  }
}

/** By the options and by the trust list, both where both say so. Throws `InputError` where nobody is left. */
function publishersOf({ trusted }: NamedBase, { publisher }: QueryOptions): readonly Hex[] | undefined {
  const listed = trusted?.publishers;
  if (publisher === undefined || listed === undefined) return publisher ?? listed;
  const both = publisher.filter((each) => listed.includes(each));
  if (both.length > 0) return both;
  throw new InputError(`your trust list accepts no certificate by ${publisher.join(", ")} for ${trusted?.name ?? ""}`, {
    remedy: "Name the base by its id, or change the list: fti trust add --force.",
  });
}

/** A base that is trusted in one registry is not so in another: its certificates are others. */
function assertPlace(base: NamedBase | undefined, registry: DriftRegistryClient, chainId: bigint): void {
  const { trusted } = base ?? {};
  if (trusted === undefined) return;
  const { name, chainId: chain, registry: address } = trusted;
  const isThere = (chain ?? String(chainId)) === String(chainId) && (address ?? registry.address) === registry.address;
  if (isThere) return;
  throw new InputError(
    `you trust ${name} only in ${address === undefined ? "registries" : `the registry ${address}`}${chain === undefined ? "" : ` on chain ${chain}`}; this is ${registry.address} on chain ${chainId}`,
    { remedy: "Ask that registry, or change the list: fti trust add --force." },
  );
}

/** Limits are about the way from a base. */
function assertNoLimits({ within, maxDrift, frozen, publisher, allowSparse, allowRank }: QueryOptions): void {
  const given = [within, maxDrift, frozen, publisher, allowSparse, allowRank].some((each) => each !== undefined);
  if (!given) return;
  throw new InputError("what you accept is about the way from a base, and no base is named", {
    remedy: "Name the base that you trust: --base.",
  });
}

/** Hex digits that are no id are a mistyped one rather than a file. */
function assertIdOrPath(model: string): void {
  if (/^0x(?![0-9a-f]{64}$)[0-9a-f]*$/iu.test(model)) {
    throw new InputError(`${model} is not a model id: it has ${model.length - 2} hex digits, expected 64`, {
      remedy: `If it is a file, write ./${model}.`,
    });
  }
}
