import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "../../src/algebra/hex.js";
import { keccakWords } from "../../src/algebra/keccak.js";
import { merkleNodes, multiProof, replaceLeaves, rootOfMultiProof } from "../../src/commitment/merkle-tree.js";

const leavesOf = (count: number, seed: number): Hex[] =>
  Array.from({ length: count }, (_, i) => keccakWords([BigInt(seed), BigInt(i)]));

/** A tree's size, and some of its leaves in ascending order. */
const cases = fc
  .tuple(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.array(fc.boolean(), { minLength: 70, maxLength: 70 }))
  .map(([count, seed, picks]) => ({
    count,
    seed,
    picked: Array.from({ length: count }, (_, i) => i).filter((i) => picks[i]),
  }));

describe("Merkle trees beside OpenZeppelin's", () => {
  it("have the same roots and the same proofs, which both verify", () => {
    fc.assert(
      fc.property(cases, ({ count, seed, picked }) => {
        const leaves = leavesOf(count, seed);
        const theirs = SimpleMerkleTree.of(leaves, { sortLeaves: false });
        const ours = merkleNodes(leaves);
        expect(ours[0]).to.equal(theirs.root);
        const proof = multiProof(ours, picked);
        const expected = theirs.getMultiProof([...picked]);
        expect(proof).to.deep.equal({ proof: expected.proof, proofFlags: expected.proofFlags });
        const proven = picked.map((i) => leaves[i] as Hex);
        expect(expected.leaves).to.deep.equal(proven);
        expect(rootOfMultiProof(proven, proof)).to.equal(theirs.root);
      }),
    );
  });

  it("have the same roots after leaves were replaced, and the old proof's shape proves the new ones", () => {
    fc.assert(
      fc.property(cases, ({ count, seed, picked }) => {
        const before = leavesOf(count, seed);
        const fresh = leavesOf(count, seed + 1);
        const after = before.map((leaf, i) => (picked.includes(i) ? (fresh[i] as Hex) : leaf));
        const changes = new Map(picked.map((i) => [i, fresh[i] as Hex]));
        const nodes = replaceLeaves(merkleNodes(before), changes);
        expect(nodes).to.deep.equal(merkleNodes(after));
        const proven = picked.map((i) => fresh[i] as Hex);
        expect(rootOfMultiProof(proven, multiProof(merkleNodes(before), picked))).to.equal(nodes[0]);
      }),
    );
  });

  it("give no root for a proof that is malformed, or another one", () => {
    const leaves = leavesOf(9, 5);
    const nodes = merkleNodes(leaves);
    const picked = [1, 2, 6];
    const proven = picked.map((i) => leaves[i] as Hex);
    const good = multiProof(nodes, picked);
    expect(rootOfMultiProof(proven, good)).to.equal(nodes[0]);
    const { proof, proofFlags } = good;
    const malformed = [
      { proof: proof.slice(1), proofFlags },
      { proof: [...proof, proof[0] as Hex], proofFlags },
      { proof, proofFlags: proofFlags.slice(1) },
      { proof, proofFlags: [...proofFlags, false] },
      { proof: proof.map((node) => `${node}00` as Hex), proofFlags },
      { proof: proof.map((node) => node.toUpperCase() as Hex), proofFlags },
      { proof: [], proofFlags: new Array<boolean>(2).fill(true) },
    ];
    for (const each of malformed) {
      expect(rootOfMultiProof(proven, each), JSON.stringify(each)).to.satisfy(
        (root: Hex | undefined) => root !== nodes[0],
      );
    }
    expect(rootOfMultiProof([], { proof: [], proofFlags: [] })).to.equal(undefined);
    for (let i = 0; i < proofFlags.length; i++) {
      const flipped = proofFlags.map((flag, at) => (at === i ? !flag : flag));
      expect(rootOfMultiProof(proven, { proof, proofFlags: flipped })).to.not.equal(nodes[0]);
    }
    expect(rootOfMultiProof([...proven].reverse(), good)).to.not.equal(nodes[0]);
    expect(() => multiProof(nodes, [9])).to.throw(RangeError);
    expect(() => multiProof(nodes, [-1])).to.throw(RangeError);
  });
});
