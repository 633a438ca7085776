import { commitTiles, type OpenedModel } from "./commit-tiles.js";
import { committedModel, type CommittedModel, type ModelSecrets } from "./committed-model.js";
import type { RandomFr } from "../algebra/random.js";
import type { Backend } from "../kernels/backend.js";
import { srsId, type Srs } from "../argument/kzg/srs.js";
import { assertCovered } from "../model/names/coverage.js";
import { pairModel } from "../model/names/pair-names.js";
import { targetOfModel } from "../model/names/pair-target.js";
import type { Model } from "../model/open-model.js";
import type { Tier } from "../protocol/tiers.js";
import type { FractionBitsOptions } from "../quantize/fraction-bits.js";
import { buildManifest, type ManifestOptions } from "../quantize/build-manifest.js";
import type { CoarseTensor } from "../quantize/resolution.js";
import { openTiles } from "../quantize/tile-reader.js";
import { targetOfManifest } from "../quantize/manifest-target.js";
import { InputError } from "../errors/errors.js";
import { describeTileOf } from "./describe-tile.js";
import type { ProgressListener } from "../protocol/progress.js";

export interface CommitModelInput {
  /** Must stay open until the result is there. */
  readonly model: Model;
  readonly tier: Tier;
  readonly srs: Srs;
  /** Whether the SRS is that of a development setup. */
  readonly insecure: boolean;
  readonly backend: Backend;
  /** How `f` is chosen for a base; a fine-tune inherits its base's. */
  readonly fractionBits?: FractionBitsOptions;
  /** How the tensors of a base are seen, and which small ones share tiles. */
  readonly views?: ManifestOptions["views"];
  /** A fine-tune for whose own tensors, such as a new head, a base leaves room. Must stay open. */
  readonly tune?: Model | undefined;
  /** Leave room also for a `tune` that has less than nine tenths of the base's weights: a model of another kind. */
  readonly allowUncovered?: boolean | undefined;
  /** The base of a fine-tune: its manifest is inherited, unchanged tiles keep their commitments. */
  readonly base?: OpenedModel;
  /** Of a fine-tune, from `coarseTensors`: told with the model. */
  readonly coarse?: readonly CoarseTensor[];
  /** Draws the blindings of a private model; without it the model is open. */
  readonly randomFr?: RandomFr;
  readonly onProgress?: ProgressListener;
}

export interface CommitModelResult {
  readonly committed: CommittedModel;
  /** Of a private model. Whoever has it can confirm guesses of the weights. */
  readonly secrets: ModelSecrets | undefined;
  /** Why `f` is what it is, for a person; empty for a fine-tune. */
  readonly explanation: readonly string[];
}

/**
 * Commits a model: chooses `f` (or takes the base's manifest), quantizes, commits tile by tile. Equal weights give
 * equal ids, whatever the file format. A fine-tune's tensors are paired with its base's (`pairModel`). Throws `InputError` or
 * `FormatError` naming file, tensor and number.
 */
export async function commitModel(input: CommitModelInput): Promise<CommitModelResult> {
  const { tier, srs, base, onProgress = () => undefined } = input;
  const id = srsId(srs);
  if (base !== undefined) assertBaseFits(base.committed, tier, id);
  onProgress("reading weights", 0, 1);
  const { manifest, explanation } =
    base === undefined
      ? await buildManifest(input.model, tier, {
          ...input.fractionBits,
          // Pinned values are public.
          mayPin: input.randomFr === undefined && (input.fractionBits?.mayPin ?? true),
          ...(input.views && { views: input.views }),
          tune: await tuneOf(input),
        })
      : { manifest: base.committed.manifest, explanation: [] };
  const model = base === undefined ? input.model : await pairModel(targetOfManifest(manifest), input.model);
  onProgress("reading weights", 1, 1);
  if (manifest.tileCount === 0) {
    throw new InputError(`${model.path}: has no weights, so there is nothing to commit`);
  }
  const { commitments, blindings } = await commitTiles({
    tiles: openTiles(model, manifest),
    srs,
    backend: input.backend,
    randomFr: input.randomFr,
    base,
    describeTile: base && ((tile) => describeTileOf(base.committed)(tile)),
    onTile: (done, total) => {
      onProgress("committing tiles", done, total);
    },
    onCheck: (done, total) => {
      onProgress("checking the base's weights", done, total);
    },
  });
  const isPrivate = input.randomFr !== undefined;
  const committed = committedModel({
    srsId: id,
    t: tier.t,
    manifest,
    commitments,
    isPrivate,
    insecure: input.insecure,
    coarse: input.coarse,
  });
  return { committed, secrets: isPrivate ? { modelId: committed.modelId, blindings } : undefined, explanation };
}

/** The fine-tune for which there is to be room, by the base's names. */
async function tuneOf({ model, tune, allowUncovered = false }: CommitModelInput): Promise<Model | undefined> {
  if (tune === undefined) return undefined;
  const target = targetOfModel(model);
  const paired = await pairModel(target, tune);
  if (!allowUncovered) assertCovered(target, paired);
  return paired;
}

function assertBaseFits(base: CommittedModel, tier: Tier, id: string): void {
  if (base.parts.t !== tier.t) {
    throw new InputError(`the base has tiles of side 2^${base.parts.t}, tier ${tier.name} has 2^${tier.t}`, {
      remedy: "Commit the fine-tune at the tier of its base.",
    });
  }
  if (base.parts.srsId !== id) {
    throw new InputError(`the base was committed under the SRS ${base.parts.srsId}, this setup has ${id}`, {
      remedy: "Use the setup with which the base was committed, or commit the base again.",
    });
  }
}
