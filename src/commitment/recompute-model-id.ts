import { commitTiles } from "./commit-tiles.js";
import { modelId, type ModelParts } from "./model-id.js";
import { TileTree } from "./tile-tree.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Backend } from "../kernels/backend.js";
import { srsId, type Srs } from "../argument/kzg/srs.js";
import { pairModel } from "../model/names/pair-names.js";
import type { Model } from "../model/open-model.js";
import { classTable, classTableHash } from "../quantize/class-table.js";
import { manifestHash, type Manifest } from "../quantize/manifest.js";
import { targetOfManifest } from "../quantize/manifest-target.js";
import { openTiles } from "../quantize/tile-reader.js";
import type { ProgressListener } from "../protocol/progress.js";

export interface RecomputeInput {
  /** Weights of an open model; must stay open. */
  readonly model: Model;
  /** The model's own or its base's. */
  readonly manifest: Manifest;
  readonly srs: Srs;
  readonly backend: Backend;
  readonly onProgress?: ProgressListener | undefined;
}

/** Throws `InputError` unless the id that a base's weights have is the base's; `label` names the weights. */
export function assertWeightsOfBase(actual: Hex, baseModelId: Hex, label: string): void {
  if (actual === baseModelId) return;
  throw new InputError(`${label}: is model ${actual}, not the base ${baseModelId}`, {
    remedy: "Give the base's own weights. Those of a private base give no id: then give its model file.",
  });
}

/**
 * The id of an open model from nothing but its weights, a manifest and the SRS: the consumer's side of `commitModel`.
 * A private model has another id, which its weights alone do not give. The model's tensors are paired with the manifest's by
 * `pairModel`, and `notes` say how. Throws `InputError` if the tensors differ.
 */
export async function recomputeModelId(
  input: RecomputeInput,
): Promise<{ readonly modelId: Hex; readonly parts: ModelParts; readonly notes: readonly string[] }> {
  const { manifest } = input;
  const model = await pairModel(targetOfManifest(manifest), input.model);
  const { commitments } = await commitTiles({
    tiles: openTiles(model, manifest),
    srs: input.srs,
    backend: input.backend,
    onTile: (done, total) => input.onProgress?.(`recomputing the id of ${input.model.path}`, done, total),
  });
  const parts: ModelParts = {
    srsId: srsId(input.srs),
    t: manifest.t,
    tileCount: manifest.tileCount,
    manifestHash: manifestHash(manifest),
    classTableHash: classTableHash(classTable(manifest)),
    merkleRoot: new TileTree(commitments).root,
  };
  return { modelId: modelId(parts), parts, notes: model.notes };
}
