import { recomputeModelId } from "../commitment/recompute-model-id.js";
import { areSameFiles, publishedFiles } from "../registry/published-files.js";
import type { CommittedModel } from "../commitment/committed-model.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Model } from "../model/open-model.js";
import type { Setup } from "../node/open-setup.js";
import { readTextFile } from "../node/text-file.js";
import type { CoarseTensor } from "../quantize/resolution.js";
import type { DriftRegistryClient } from "../registry/client.js";
import { openWeightsOf, readCommitted } from "./model-files.js";
import type { Session } from "./session.js";

/** A model's files, and the id that their weights give. */
export interface IdentifiedFiles {
  readonly modelId: Hex;
  readonly weights: Model;
}

/** Recomputes the id of files under the manifest of their base. Throws `InputError` where the registry has another SRS. */
export async function identifyFiles(
  path: string,
  {
    manifest,
    setup,
    baseWeights,
  }: { readonly manifest: string; readonly setup: Setup; readonly baseWeights?: Model | undefined },
  registry: DriftRegistryClient,
  session: Session,
): Promise<IdentifiedFiles> {
  await assertSameSrs(setup, registry);
  const weights = await openWeightsOf({ manifest }, path, session, baseWeights);
  const { modelId } = await recomputeModelId({
    model: weights,
    manifest,
    srs: setup.srs,
    backend: await session.openBackend(),
    onProgress: session.onProgress,
  });
  return { modelId, weights };
}

/** Ids that are computed under another SRS are other ids. Throws `InputError`. */
export async function assertSameSrs({ anchors }: Pick<Setup, "anchors">, registry: DriftRegistryClient): Promise<void> {
  const wanted = await registry.srsId();
  if (wanted === anchors.srsId) return;
  throw new InputError(`the registry's models are committed under the SRS ${wanted}, this setup has ${anchors.srsId}`, {
    remedy: "Use the set-up of the registry: without it the id cannot be recomputed.",
  });
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
