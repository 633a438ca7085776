import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { processMultiProof } from "@openzeppelin/merkle-tree/dist/core.js";
import { G1_INFINITY, type G1 } from "../algebra/g1.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import { tileLeaf } from "./model-id.js";

/** Proof that some leaves belong to a root, in OpenZeppelin's format; leaves ascend by tile index. */
export interface TileMultiProof {
  readonly proof: readonly Hex[];
  readonly proofFlags: readonly boolean[];
}

/** The Merkle tree over a model's tile commitments, in order. */
export class TileTree {
  readonly #tree: SimpleMerkleTree;
  readonly commitments: readonly G1[];

  constructor(commitments: readonly G1[]) {
    if (commitments.length === 0)
      throw new InputError("the model has no tile", { remedy: "Commit a model that has weights." });
    this.commitments = commitments;
    this.#tree = SimpleMerkleTree.of(
      commitments.map((commitment, index) => tileLeaf(index, commitment)),
      { sortLeaves: false },
    );
  }

  get root(): Hex {
    return this.#tree.root as Hex;
  }

  /** `tiles`: distinct indices in ascending order. The proof holds for any tree of this size and other leaves too. */
  multiProof(tiles: readonly number[]): TileMultiProof {
    const { proof, proofFlags } = this.#tree.getMultiProof([...tiles]);
    return { proof: proof as Hex[], proofFlags };
  }

  /** The tree after some tiles were replaced. */
  with(changes: ReadonlyMap<number, G1>): TileTree {
    return new TileTree(this.commitments.map((commitment, index) => changes.get(index) ?? commitment));
  }
}

/** Whether the leaves of `tiles` (ascending) belong to `root`. A malformed proof is not valid. */
export function verifyTiles(
  root: Hex,
  tiles: readonly number[],
  commitments: readonly G1[],
  { proof, proofFlags }: TileMultiProof,
): boolean {
  if (commitments.length !== tiles.length) return false;
  const leaves = tiles.map((tile, i) => tileLeaf(tile, commitments[i] as G1));
  try {
    return SimpleMerkleTree.verifyMultiProof(root, { leaves, proof: [...proof], proofFlags: [...proofFlags] });
  } catch {
    return false;
  }
}

/** The root of the tree whose leaves of `tiles` (ascending) are these. Throws `InputError` for a malformed proof. */
export function rootOfTiles(
  tiles: readonly number[],
  commitments: readonly (G1 | undefined)[],
  { proof, proofFlags }: TileMultiProof,
): Hex {
  try {
    const leaves = tiles.map((tile, i) => tileLeaf(tile, commitments[i] ?? G1_INFINITY));
    return processMultiProof({ leaves, proof: [...proof], proofFlags: [...proofFlags] }) as Hex;
  } catch (cause) {
    throw new InputError("the proof of the changed tiles is malformed", { cause });
  }
}
