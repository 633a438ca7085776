import { blindingsOf, type OpenedModel } from "./commit-tiles.js";
import type { CommittedModel, ModelSecrets } from "./committed-model.js";
import { OpeningCheck } from "./opening-check.js";
import { G1_INFINITY, g1Equals, type G1 } from "../algebra/g1.js";
import { InputError } from "../errors/errors.js";
import { FR_ZERO } from "../algebra/fr.js";
import type { Backend } from "../kernels/backend.js";
import { srsId, type Srs } from "../argument/kzg/srs.js";
import type { Model } from "../model/open-model.js";
import { openTiles } from "../quantize/tile-reader.js";
import { describeTileOf } from "./describe-tile.js";
import type { ProgressListener } from "../protocol/progress.js";

/** A committed model with its weights; `model` must stay open. Throws `InputError` if the tensors differ. */
export function openCommitted(committed: CommittedModel, model: Model, secrets?: ModelSecrets): OpenedModel {
  return { committed, tiles: openTiles(model, committed.manifest), secrets };
}

/** A model whose weights are to be those of its commitments. */
export interface WeightsToCheck {
  readonly opened: OpenedModel;
  /** How messages name the weights: their path. */
  readonly label: string;
  /** The error for a tile that differs; by default an `InputError`. */
  readonly refuse?: (detail: string) => Error;
}

export interface AssertAllCommittedInput {
  readonly models: readonly WeightsToCheck[];
  /** Which tiles of each to check; all by default. */
  readonly tiles?: readonly number[];
  readonly srs: Srs;
  readonly backend: Backend;
  readonly onProgress?: ProgressListener;
}

export interface AssertCommittedInput extends WeightsToCheck, Omit<AssertAllCommittedInput, "models"> {}

/** `assertAllCommitted` for one model. */
export function assertCommitted(input: AssertCommittedInput): Promise<void> {
  return assertAllCommitted({ ...input, models: [input] });
}

/**
 * Checks commitments against the weights, all together (`OpeningCheck`): several models take hardly longer than one. Throws
 * `InputError` if a model belongs to another setup, or naming the first tile that differs and its tensors: a proof over
 * other weights than the committed ones would be refused only at its very end.
 */
export async function assertAllCommitted(input: AssertAllCommittedInput): Promise<void> {
  const { models, srs, backend, onProgress } = input;
  for (const { opened } of models) assertSetup(opened.committed, srs);
  const phase = `checking ${models.map(({ label }) => label).join(" and ")}`;
  const tilesOf = ({ committed }: OpenedModel): readonly number[] =>
    input.tiles ?? committed.commitments.map((_, tile) => tile);
  // The last step is the check of all together.
  const steps = models.reduce((sum, { opened }) => sum + tilesOf(opened).length, 1);
  let done = 0;
  onProgress?.(phase, done, steps);
  const check = new OpeningCheck(srs, backend);
  for (const { opened, label, refuse = otherWeights } of models) {
    const { committed, tiles } = opened;
    const blindings = blindingsOf(opened);
    for (const tile of tilesOf(opened)) {
      const read = (into?: Int32Array): Promise<Int32Array> => tiles.readTile(tile, into);
      const claim = {
        read,
        commitment: committed.commitments[tile] ?? G1_INFINITY,
        blinding: blindings[tile] ?? FR_ZERO,
        error: () =>
          refuse(
            `${label}: the weights of ${describeTileOf(committed)(tile)} are not those of model ${committed.modelId}`,
          ),
      };
      await check.add(claim, await read(check.takeArray(4 ** committed.parts.t)));
      onProgress?.(phase, ++done, steps);
    }
  }
  await check.finish();
  onProgress?.(phase, steps, steps);
}

function assertSetup(committed: CommittedModel, srs: Srs): void {
  const id = srsId(srs);
  if (committed.parts.srsId === id) return;
  throw new InputError(
    `model ${committed.modelId} was committed under the SRS ${committed.parts.srsId}, this setup has ${id}`,
    { remedy: "Use the setup with which it was committed, or commit it again." },
  );
}

function otherWeights(detail: string): InputError {
  return new InputError(detail, { remedy: "Give the weights that were committed, or commit these." });
}

/** Tiles whose commitments differ between two models of one manifest, ascending. */
export function changedTiles(base: CommittedModel, tuned: CommittedModel): number[] {
  return base.commitments.flatMap((commitment: G1, tile) => {
    const other = tuned.commitments[tile];
    return other !== undefined && g1Equals(commitment, other) ? [] : [tile];
  });
}
