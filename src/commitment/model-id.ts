import { keccakWords } from "../algebra/keccak.js";
import type { Hex } from "../algebra/hex.js";
import type { G1 } from "../algebra/g1.js";
import { PROTOCOL_VERSION } from "../protocol/constants.js";

/** What a model id is made of (PROTOCOL 2). */
export interface ModelParts {
  /** Names the SRS of the commitments. */
  readonly srsId: Hex;
  /** log2 of the tile's side. */
  readonly t: number;
  readonly tileCount: number;
  /** keccak256 of the canonical manifest. */
  readonly manifestHash: Hex;
  /** Of the manifest's class table, which so binds the fraction bits of every tile. */
  readonly classTableHash: Hex;
  /** Root over the tiles' commitments in order. */
  readonly merkleRoot: Hex;
}

/** `keccak256(abi.encode(version, srsId, t, tileCount, manifestHash, classTableHash, merkleRoot))` */
export function modelId(parts: ModelParts): Hex {
  return keccakWords([
    BigInt(PROTOCOL_VERSION),
    parts.srsId,
    BigInt(parts.t),
    BigInt(parts.tileCount),
    parts.manifestHash,
    parts.classTableHash,
    parts.merkleRoot,
  ]);
}

/** `keccak256(abi.encode(i, C.x, C.y))`: 96 bytes, so that no inner node (64 bytes) can be taken for a leaf. */
export function tileLeaf(index: number, commitment: G1): Hex {
  return keccakWords([BigInt(index), commitment.x, commitment.y]);
}
