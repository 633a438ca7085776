import { commitBase } from "../commitment/commit-base.js";
import { recomputeModelId } from "../commitment/recompute-model-id.js";
import { areSameFiles, publishedFiles } from "../registry/published-files.js";
import type { CommittedModel } from "../commitment/committed-model.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Model } from "../model/open-model.js";
import { readTextFile } from "../node/text-file.js";
import type { Manifest } from "../quantize/manifest.js";
import type { CoarseTensor } from "../quantize/resolution.js";
import { openWeights, openWeightsOf, readCommitted } from "./model-files.js";
import type { RegistrySetups } from "./query-setups.js";
import type { TierName } from "../protocol/tiers.js";
import type { Session } from "./session.js";

/** A model's files, and the id that their weights give. */
export interface IdentifiedFiles {
  readonly modelId: Hex;
  readonly weights: Model;
}

export interface IdentifyInput {
  /** The base's; without it the files are taken for a base's. */
  readonly manifest: Manifest | undefined;
  /** How the base was named, if it was. */
  readonly base?: string;
  /** Of a base that is asked about. */
  readonly tier?: TierName;
  readonly baseWeights: Model | undefined;
  readonly setups: RegistrySetups;
}

/**
 * The id of files: under the manifest of their base, or as that of a base which was committed without further options.
 * Throws `InputError` where neither is possible, and where the registry has another SRS.
 */
export async function identifyFiles(
  path: string,
  { manifest, base, tier, baseWeights, setups }: IdentifyInput,
  session: Session,
): Promise<IdentifiedFiles> {
  const { onProgress } = session;
  if (manifest !== undefined) {
    const { srs } = await setups.ofManifest(manifest);
    const weights = await openWeightsOf({ manifest }, path, session, baseWeights);
    const backend = await session.openBackend();
    const { modelId } = await recomputeModelId({ model: weights, manifest, srs, backend, onProgress });
    return { modelId, weights };
  }
  if (base !== undefined || tier === undefined) {
    throw new InputError("the id of these files cannot be computed without the base's manifest", {
      remedy:
        "Give --base base.model.json (ask the base's publisher), or --certificate FILE, which contains the manifest. " +
        "If the files are a base that was committed without --fraction-bits, --pack, --roles and --for, --tier " +
        "is enough.",
    });
  }
  const { tier: shape, srs, artifacts } = await setups.ofTier(tier);
  const { insecure } = artifacts;
  const weights = await openWeights(path, session, baseWeights);
  const backend = await session.openBackend();
  const { modelId } = await commitBase({ model: weights, tier: shape, srs, insecure, backend, onProgress });
  return { modelId, weights };
}

/**
 * Which tensors a model's publisher committed although the base's steps are too coarse for their change, by the model's own file.
 * Throws `InputError` for the file of another model.
 */
export async function coarseOf(
  modelId: Hex,
  modelFile: string | undefined,
  session: Session,
): Promise<readonly CoarseTensor[]> {
  return modelFile === undefined ? [] : ((await readOwnFile(modelId, modelFile, session)).coarse ?? []);
}

/** Whether files are those that their publisher committed; `undefined` where that is not known. */
export type ByteIdentity = { readonly areThePublished: boolean | undefined; readonly publishedIn: string | undefined };

/**
 * Compares files byte by byte with those that a publisher committed, by the digests in the model's file. Throws
 * `InputError` for the file of another model.
 */
export async function compareBytes(
  { modelId, weights }: IdentifiedFiles,
  modelFile: string | undefined,
  session: Session,
): Promise<ByteIdentity> {
  if (modelFile === undefined) return { areThePublished: undefined, publishedIn: undefined };
  await readOwnFile(modelId, modelFile, session);
  const published = publishedFiles(await readTextFile(modelFile));
  if (published === undefined) return { areThePublished: undefined, publishedIn: modelFile };
  const { files } = await weights.provenance();
  return { areThePublished: areSameFiles(files, published), publishedIn: modelFile };
}

async function readOwnFile(modelId: Hex, modelFile: string, session: Session): Promise<CommittedModel> {
  const committed = await readCommitted(modelFile, session);
  if (committed.modelId === modelId) return committed;
  throw new InputError(`${modelFile}: is of model ${committed.modelId}, the question is about model ${modelId}`, {
    remedy: "Give the model file that was published with this model (--tune), or none.",
  });
}
