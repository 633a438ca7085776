import { G1_INFINITY, type G1 } from "../algebra/g1.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import {
  merkleNodes,
  multiProof,
  replaceLeaves,
  rootOfMultiProof,
  type MerkleNodes,
  type MultiProof,
} from "./merkle-tree.js";
import { tileLeaf } from "./model-id.js";

/** Proof that some leaves belong to a root, in OpenZeppelin's format; leaves ascend by tile index. */
export type TileMultiProof = MultiProof;

/** The Merkle tree over a model's tile commitments, in order. */
export class TileTree {
  readonly #nodes: MerkleNodes;
  readonly commitments: readonly G1[];

  constructor(commitments: readonly G1[], nodes?: MerkleNodes) {
    if (commitments.length === 0)
      throw new InputError("the model has no tile", { remedy: "Commit a model that has weights." });
    this.commitments = commitments;
    this.#nodes = nodes ?? merkleNodes(commitments.map((commitment, index) => tileLeaf(index, commitment)));
  }

  get root(): Hex {
    return this.#nodes[0] as Hex;
  }

  /** `tiles`: distinct indices in ascending order. The proof holds for any tree of this size and other leaves too. */
  multiProof(tiles: readonly number[]): TileMultiProof {
    return multiProof(this.#nodes, tiles);
  }

  /** The tree after some tiles were replaced. */
  with(changes: ReadonlyMap<number, G1>): TileTree {
    const commitments = this.commitments.map((commitment, index) => changes.get(index) ?? commitment);
    const leaves = new Map([...changes].map(([index, commitment]) => [index, tileLeaf(index, commitment)]));
    return new TileTree(commitments, replaceLeaves(this.#nodes, leaves));
  }
}

/** Whether the leaves of `tiles` (ascending) belong to `root`. A malformed proof is not valid. */
export function verifyTiles(
  root: Hex,
  tiles: readonly number[],
  commitments: readonly G1[],
  proof: TileMultiProof,
): boolean {
  if (commitments.length !== tiles.length) return false;
  const leaves = tiles.map((tile, i) => tileLeaf(tile, commitments[i] as G1));
  return rootOfMultiProof(leaves, proof) === root;
}

/** The root of the tree whose leaves of `tiles` (ascending) are these. Throws `InputError` for a malformed proof. */
export function rootOfTiles(
  tiles: readonly number[],
  commitments: readonly (G1 | undefined)[],
  proof: TileMultiProof,
): Hex {
  const leaves = tiles.map((tile, i) => tileLeaf(tile, commitments[i] ?? G1_INFINITY));
  const root = rootOfMultiProof(leaves, proof);
  if (root === undefined) throw new InputError("the proof of the changed tiles is malformed");
  return root;
}
