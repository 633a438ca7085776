import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import { modelId, tileLeaf } from "../../../src/commitment/model-id.js";
import { TileTree, verifyTiles } from "../../../src/commitment/tile-tree.js";
import { G1_GENERATOR, G1_INFINITY, g1Mul, type G1 } from "../../../src/algebra/g1.js";
import { wordToHexBE, type Hex } from "../../../src/algebra/hex.js";
import { InputError } from "../../../src/errors/errors.js";
import { frOf } from "../../../src/algebra/fr.js";
import { PROTOCOL_VERSION } from "../../../src/protocol/constants.js";
import { integerIn, seededRandom } from "../../support/random.js";

const SEED = 13;
const coder = AbiCoder.defaultAbiCoder();
const points = Array.from({ length: 17 }, (_, i) => (i === 4 ? G1_INFINITY : g1Mul(G1_GENERATOR, frOf(i + 1))));

const hashPair = (a: string, b: string): string =>
  keccak256(a < b ? `0x${a.slice(2)}${b.slice(2)}` : `0x${b.slice(2)}${a.slice(2)}`);

/** The root of OpenZeppelin's tree: a heap of 2n - 1 nodes whose leaves stand at the end, last leaf first. */
function naiveRoot(commitments: readonly G1[]): string {
  const leaves = commitments.map(({ x, y }, i) =>
    keccak256(coder.encode(["uint256", "uint256", "uint256"], [i, x, y])),
  );
  const nodes = new Array<string>(2 * leaves.length - 1);
  leaves.forEach((leaf, i) => (nodes[nodes.length - 1 - i] = leaf));
  for (let i = leaves.length - 2; i >= 0; i--) nodes[i] = hashPair(nodes[2 * i + 1]!, nodes[2 * i + 2]!);
  return nodes[0]!;
}

describe("model ids", () => {
  const parts = {
    srsId: wordToHexBE(1n),
    t: 8,
    tileCount: 17,
    manifestHash: wordToHexBE(2n),
    classTableHash: wordToHexBE(4n),
    merkleRoot: wordToHexBE(3n),
  };

  it("are the hash of the ABI encoding of their parts", () => {
    const encoded = coder.encode(
      ["uint256", "bytes32", "uint256", "uint256", "bytes32", "bytes32", "bytes32"],
      [
        PROTOCOL_VERSION,
        parts.srsId,
        parts.t,
        parts.tileCount,
        parts.manifestHash,
        parts.classTableHash,
        parts.merkleRoot,
      ],
    );
    expect(modelId(parts)).to.equal(keccak256(encoded));
  });

  it("depend on every part", () => {
    const other = wordToHexBE(9n);
    const ids = [
      {},
      { srsId: other },
      { t: 7 },
      { tileCount: 18 },
      { manifestHash: other },
      { classTableHash: other },
      { manifestHash: parts.classTableHash, classTableHash: parts.manifestHash },
      { merkleRoot: other },
      { manifestHash: parts.merkleRoot, merkleRoot: parts.manifestHash },
    ].map((change) => modelId({ ...parts, ...change }));
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it("hash a leaf with its index", () => {
    const p = points[0]!;
    expect(tileLeaf(5, p)).to.equal(keccak256(coder.encode(["uint256", "uint256", "uint256"], [5, p.x, p.y])));
    expect(tileLeaf(5, p)).to.not.equal(tileLeaf(6, p));
  });
});

describe(`the tile tree (seed ${SEED})`, () => {
  for (const size of [1, 2, 3, 4, 5, 8, 11, 17]) {
    it(`has the naive root for ${size} tiles`, () => {
      expect(new TileTree(points.slice(0, size)).root).to.equal(naiveRoot(points.slice(0, size)));
    });
  }

  it("proves any set of tiles, and the same proof gives the root after they changed", () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < 30; round++) {
      const size = integerIn(random, 1, 17);
      const tree = new TileTree(points.slice(0, size));
      const tiles = Array.from({ length: size }, (_, i) => i).filter(() => random() < 0.4);
      if (tiles.length === 0) tiles.push(size - 1);
      const label = `tiles ${tiles.join()} of ${size} (seed ${SEED})`;
      const multi = tree.multiProof(tiles);
      const at = (source: TileTree): G1[] => tiles.map((tile) => source.commitments[tile]!);
      expect(verifyTiles(tree.root, tiles, at(tree), multi), label).to.equal(true);

      const changed = tree.with(new Map(tiles.map((tile) => [tile, g1Mul(G1_GENERATOR, frOf(100 + tile))])));
      expect(changed.root, label).to.equal(naiveRoot(changed.commitments));
      expect(verifyTiles(changed.root, tiles, at(changed), multi), label).to.equal(true);
      expect(verifyTiles(changed.root, tiles, at(tree), multi), label).to.equal(false);
      expect(verifyTiles(tree.root, tiles, at(changed), multi), label).to.equal(false);
    }
  });

  it("refuses tiles at other indices, swapped commitments and bent proofs", () => {
    const tree = new TileTree(points);
    const tiles = [2, 5, 11];
    const commitments = tiles.map((tile) => points[tile]!);
    const multi = tree.multiProof(tiles);
    const [first, ...rest] = multi.proof as [Hex, ...Hex[]];
    expect(verifyTiles(tree.root, [2, 6, 11], commitments, multi)).to.equal(false);
    expect(verifyTiles(tree.root, tiles, commitments.toReversed(), multi)).to.equal(false);
    expect(verifyTiles(tree.root, tiles, commitments, { ...multi, proof: rest })).to.equal(false);
    expect(verifyTiles(tree.root, tiles, commitments, { ...multi, proof: [...rest, first] })).to.equal(false);
    expect(verifyTiles(tree.root, tiles, commitments, { ...multi, proof: [...multi.proof, first] })).to.equal(false);
    const flags = multi.proofFlags.map((flag) => !flag);
    expect(verifyTiles(tree.root, tiles, commitments, { ...multi, proofFlags: flags })).to.equal(false);
    expect(verifyTiles(wordToHexBE(1n), tiles, commitments, multi)).to.equal(false);
  });

  it("refuses more or fewer commitments than tiles", () => {
    const tree = new TileTree(points);
    const multi = tree.multiProof([2, 5]);
    for (const commitments of [[points[2]!], [points[2]!, points[5]!, points[6]!], []]) {
      expect(verifyTiles(tree.root, [2, 5], commitments, multi)).to.equal(false);
    }
  });

  it("does not take an inner node for a leaf", () => {
    const tree = new TileTree(points.slice(0, 4));
    const { proof } = tree.multiProof([0]);
    // A proof one level shorter would need a leaf whose hash is that of an inner node.
    expect(verifyTiles(tree.root, [0], [points[0]!], { proof: proof.slice(1), proofFlags: [false] })).to.equal(false);
  });

  it("refuses a model without tiles", () => {
    expect(() => new TileTree([])).to.throw(InputError, "the model has no tile");
  });
});
