import { blindingsOf, commitVector, type OpenedModel } from "../commitment/commit-tiles.js";
import type { CommittedModel, ModelSecrets } from "../commitment/committed-model.js";
import { g1Equals, type G1 } from "../curve/g1.js";
import { InputError } from "../errors/errors.js";
import { FR_ZERO } from "../field/fr.js";
import type { Backend } from "../kernels/backend.js";
import { srsId, type Srs } from "../kzg/srs.js";
import type { Model } from "../model/open-model.js";
import { parseManifest } from "../quantize/manifest.js";
import { tileContents } from "../quantize/tile-contents.js";
import { openTiles } from "../quantize/tile-reader.js";
import type { ProgressListener } from "./progress.js";
import { listNames } from "./tensor-selection.js";

/** A committed model with its weights; `model` must stay open. Throws `InputError` if the tensors differ. */
export function openCommitted(committed: CommittedModel, model: Model, secrets?: ModelSecrets): OpenedModel {
  const manifest = parseManifest(JSON.parse(committed.manifest));
  return { committed, tiles: openTiles(model, manifest), secrets };
}

export interface AssertCommittedInput {
  readonly opened: OpenedModel;
  /** How messages name the weights: their path. */
  readonly label: string;
  /** Which tiles to recompute; all by default. */
  readonly tiles?: readonly number[];
  readonly srs: Srs;
  readonly backend: Backend;
  readonly onProgress?: ProgressListener;
}

/**
 * Recomputes commitments from the weights. Throws `InputError` if the model belongs to another setup, or naming the
 * first tile that differs and its tensors: a proof over other weights than the committed ones would be refused only at its very end.
 */
export async function assertCommitted(input: AssertCommittedInput): Promise<void> {
  const { opened, label, srs, backend, onProgress } = input;
  const { committed } = opened;
  const id = srsId(srs);
  if (committed.parts.srsId !== id) {
    throw new InputError(
      `model ${committed.modelId} was committed under the SRS ${committed.parts.srsId}, this setup has ${id}`,
      { remedy: "Use the setup with which it was committed, or commit it again." },
    );
  }
  const blindings = blindingsOf(opened);
  const tiles = input.tiles ?? committed.commitments.map((_, tile) => tile);
  for (const [done, tile] of tiles.entries()) {
    const expected = committed.commitments[tile];
    const actual = await commitVector(srs, backend, await opened.tiles.readTile(tile), blindings[tile] ?? FR_ZERO);
    if (expected === undefined || !g1Equals(expected, actual)) {
      const names = tileContents(parseManifest(JSON.parse(committed.manifest)))[tile]?.tensors ?? [];
      throw new InputError(
        `${label}: the weights of tile ${tile} (${listNames(names)}) are not those of model ${committed.modelId}`,
        { remedy: "Give the weights that were committed, or commit these." },
      );
    }
    onProgress?.(`checking ${label}`, done + 1, tiles.length);
  }
}

/** Tiles whose commitments differ between two models of one manifest, ascending. */
export function changedTiles(base: CommittedModel, tuned: CommittedModel): number[] {
  return base.commitments.flatMap((commitment: G1, tile) => {
    const other = tuned.commitments[tile];
    return other !== undefined && g1Equals(commitment, other) ? [] : [tile];
  });
}
