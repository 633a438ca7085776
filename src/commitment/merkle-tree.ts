import { keccakPair } from "../algebra/keccak.js";
import type { Hex } from "../algebra/hex.js";

/**
 * The nodes of a tree over `n` leaves, `2n - 1` of them: the root is node 0, the children of node `i` are `2i + 1` and `2i + 2`, and
 * leaf `k` is node `2n - 2 - k`. A node is the keccak256 of its children, the smaller one first. These are OpenZeppelin's trees,
 * whose proofs contracts verify (`MerkleProof`); a test holds them to its package.
 */
export type MerkleNodes = readonly Hex[];

/** Nodes beside the way from some leaves to the root; a flag for every node on the way says whether both children lie on it. */
export interface MultiProof {
  readonly proof: readonly Hex[];
  readonly proofFlags: readonly boolean[];
}

/** Builds a tree; at least one leaf. */
export function merkleNodes(leaves: readonly Hex[]): MerkleNodes {
  const nodes: Hex[] = [...new Array<Hex>(leaves.length - 1).fill("0x"), ...[...leaves].reverse()];
  for (let i = leaves.length - 2; i >= 0; i--) nodes[i] = parentNode(nodes, i);
  return nodes;
}

/** The tree with other leaves, by their numbers. Hashes only what changes. */
export function replaceLeaves(nodes: MerkleNodes, leaves: ReadonlyMap<number, Hex>): MerkleNodes {
  const next = [...nodes];
  let changed = new Set<number>();
  for (const [leaf, hash] of leaves) {
    const node = nodeOfLeaf(nodes, leaf);
    next[node] = hash;
    changed.add(node);
  }
  // Leaves lie on two levels, so that a node can come twice; the second time both of its children are right.
  while (changed.size > 0) {
    const parents = new Set<number>();
    for (const node of changed) if (node > 0) parents.add(parentOf(node));
    for (const node of parents) next[node] = parentNode(next, node);
    changed = parents;
  }
  return next;
}

/** Proves leaves, whose numbers are distinct and ascend. */
export function multiProof(nodes: MerkleNodes, leaves: readonly number[]): MultiProof {
  const proof: Hex[] = [];
  const proofFlags: boolean[] = [];
  // From the last node to the first: a parent comes after all that lie below it.
  const queue = leaves.map((leaf) => nodeOfLeaf(nodes, leaf));
  for (let next = 0; (queue[next] ?? 0) > 0; next++) {
    const node = queue[next] as number;
    const sibling = node % 2 === 0 ? node - 1 : node + 1;
    const hasBoth = queue[next + 1] === sibling;
    if (hasBoth) next++;
    else proof.push(nodes[sibling] as Hex);
    proofFlags.push(hasBoth);
    queue.push(parentOf(node));
  }
  if (leaves.length === 0) proof.push(nodes[0] as Hex);
  return { proof, proofFlags };
}

/** The root that a proof gives for leaves, in the order in which they were proven; `undefined` if it is malformed. */
export function rootOfMultiProof(leaves: readonly Hex[], { proof, proofFlags }: MultiProof): Hex | undefined {
  if (leaves.length + proof.length !== proofFlags.length + 1) return undefined;
  if (![...leaves, ...proof].every((node) => /^0x[0-9a-f]{64}$/u.test(node))) return undefined;
  const queue = [...leaves];
  let [nextNode, nextSibling] = [0, 0];
  for (const hasBoth of proofFlags) {
    const left = queue[nextNode++];
    const right = hasBoth ? queue[nextNode++] : proof[nextSibling++];
    if (left === undefined || right === undefined) return undefined;
    queue.push(keccakPair(left, right));
  }
  // Nothing may be left over: one node, and it is the root.
  if (queue.length - nextNode + proof.length - nextSibling !== 1) return undefined;
  return queue[nextNode] ?? proof[nextSibling];
}

function parentNode(nodes: MerkleNodes, node: number): Hex {
  return keccakPair(nodes[2 * node + 1] as Hex, nodes[2 * node + 2] as Hex);
}

function parentOf(node: number): number {
  return (node - 1) >> 1;
}

function nodeOfLeaf(nodes: MerkleNodes, leaf: number): number {
  const node = nodes.length - 1 - leaf;
  if (!Number.isInteger(leaf) || leaf < 0 || 2 * node + 1 < nodes.length) {
    throw new RangeError(`nodeOfLeaf: ${leaf} is no leaf of ${(nodes.length + 1) / 2}`);
  }
  return node;
}
