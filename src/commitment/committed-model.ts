import type { G1 } from "../algebra/g1.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Fr } from "../algebra/fr.js";
import { classTable, classTableHash } from "../quantize/class-table.js";
import { manifestHash, type Manifest } from "../quantize/manifest.js";
import type { CoarseTensor } from "../quantize/resolution.js";
import { modelId, type ModelParts } from "./model-id.js";
import { TileTree } from "./tile-tree.js";

/** A model's public commitment: what its id is made of, tile by tile. */
export interface CommittedModel {
  readonly parts: ModelParts;
  readonly modelId: Hex;
  readonly manifest: Manifest;
  /** One commitment a tile, in order. */
  readonly commitments: readonly G1[];
  /** Whether the blindings are secret; open models have none and anybody can recompute their id. */
  readonly isPrivate: boolean;
  /** Whether the SRS is that of a development setup. */
  readonly insecure: boolean;
  /** Tensors of a fine-tune whose change its base's steps do not resolve: beside the id, the committer's word. */
  readonly coarse?: readonly CoarseTensor[];
}

/** The secret part of a private model. Whoever has it can confirm guesses of the weights. */
export interface ModelSecrets {
  readonly modelId: Hex;
  /** `ρ` of every tile. */
  readonly blindings: readonly Fr[];
  /** Formats, dtypes and digests of the files, which confirm a guess of them and so are not in the public file. */
  readonly provenance?: unknown;
}

/** Puts commitments under a Merkle root and an id. Throws `InputError` for a manifest of other tiles. */
export function committedModel(input: {
  readonly srsId: Hex;
  readonly t: number;
  readonly manifest: Manifest;
  readonly commitments: readonly G1[];
  readonly isPrivate: boolean;
  readonly insecure: boolean;
  readonly coarse?: readonly CoarseTensor[] | undefined;
}): CommittedModel {
  const { manifest } = input;
  const { t, tileCount } = manifest;
  if (t !== input.t || tileCount !== input.commitments.length) {
    throw new InputError(
      `the manifest has ${tileCount} tiles of side 2^${t}, the model ${input.commitments.length} of side 2^${input.t}`,
    );
  }
  const parts: ModelParts = {
    srsId: input.srsId,
    t,
    tileCount,
    manifestHash: manifestHash(manifest),
    classTableHash: classTableHash(classTable(manifest)),
    merkleRoot: new TileTree(input.commitments).root,
  };
  const { commitments, isPrivate, insecure } = input;
  const coarse = input.coarse === undefined || input.coarse.length === 0 ? {} : { coarse: input.coarse };
  return { parts, modelId: modelId(parts), manifest, commitments, isPrivate, insecure, ...coarse };
}
