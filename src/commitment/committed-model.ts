import type { G1 } from "../curve/g1.js";
import { keccakText } from "../encoding/keccak.js";
import type { Hex } from "../encoding/hex.js";
import type { Fr } from "../field/fr.js";
import { modelId, type ModelParts } from "./model-id.js";
import { TileTree } from "./tile-tree.js";

/** A model's public commitment: what its id is made of, tile by tile. */
export interface CommittedModel {
  readonly parts: ModelParts;
  readonly modelId: Hex;
  /** Canonical JSON of the manifest. */
  readonly manifest: string;
  /** One commitment a tile, in order. */
  readonly commitments: readonly G1[];
  /** Whether the blindings are secret; open models have none and anybody can recompute their id. */
  readonly isPrivate: boolean;
  /** Whether the SRS is that of a development setup. */
  readonly insecure: boolean;
}

/** The secret part of a private model. Whoever has it can confirm guesses of the weights. */
export interface ModelSecrets {
  readonly modelId: Hex;
  /** `ρ` of every tile. */
  readonly blindings: readonly Fr[];
}

/** Puts commitments under a Merkle root and an id. */
export function committedModel(input: {
  readonly srsId: Hex;
  readonly t: number;
  readonly manifest: string;
  readonly commitments: readonly G1[];
  readonly isPrivate: boolean;
  readonly insecure: boolean;
}): CommittedModel {
  const parts: ModelParts = {
    srsId: input.srsId,
    t: input.t,
    tileCount: input.commitments.length,
    manifestHash: keccakText(input.manifest),
    merkleRoot: new TileTree(input.commitments).root,
  };
  const { manifest, commitments, isPrivate, insecure } = input;
  return { parts, modelId: modelId(parts), manifest, commitments, isPrivate, insecure };
}
