import { expect } from "chai";
import { modelId, type ModelParts } from "../../src/commitment/model-id.js";
import { G1_GENERATOR, G1_INFINITY } from "../../src/algebra/g1.js";
import { G2_GENERATOR } from "../../src/algebra/pairing.js";
import type { Policy, Rule } from "../../src/policy/rule.js";
import { wordToHexBE } from "../../src/algebra/hex.js";
import { toFr } from "../../src/algebra/fr.js";
import { MERCURY_POINTS, MERCURY_SCALARS, type MercuryProof } from "../../src/argument/mercury/proof.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { classTable, classTableHash } from "../../src/quantize/class-table.js";
import { layOut } from "../../src/quantize/layout.js";
import { encodeManifest, manifestHash, type Manifest } from "../../src/quantize/manifest.js";
import type { Certificate } from "../../src/certificate/certificate.js";
import type { RuleUse, WrappedSegment } from "../../src/segment/wrapped-segment.js";
import type { TrustAnchors } from "../../src/segment/trust-anchors.js";
import { verifyCertificate, verifyWithoutManifest } from "../../src/certificate/verify-certificate.js";
import { flatRule } from "../support/rules.js";

const tier = TIERS.nano;
const ZERO = toFr(0n);

/** Tiles 0 to 3 are `a`, 4 and 5 `b`, 6 and 7 `c`, whose class is another. */
const manifest: Manifest = {
  version: 2,
  t: tier.t,
  ...layOut(tier.t, [
    { name: "a", shape: [32, 32], fractionBits: 4 },
    { name: "b", shape: [32, 16], fractionBits: 4 },
    { name: "c", shape: [16, 32], fractionBits: 6 },
  ]),
};
const classes = classTable(manifest);

const anchors: TrustAnchors = {
  srsId: wordToHexBE(1n),
  srs: { tau2: G2_GENERATOR, blindingBase: G1_GENERATOR },
  verifyingKey: () => undefined,
};

const modelOf = (root: bigint): ModelParts => ({
  srsId: anchors.srsId,
  t: tier.t,
  tileCount: manifest.tileCount,
  manifestHash: manifestHash(manifest),
  classTableHash: classTableHash(classes),
  merkleRoot: wordToHexBE(root),
});
const base = modelOf(100n);

/** A rank rule over `b`, and around it a rule without one, whose budgets segments share. */
const SHARED = 0;
const RANK = 1;
const rules: readonly Rule[] = [
  {
    ...flatRule(0, 4, { maxNonzeros: 10n, maxResidualSq: 1000n, unit: 6 }),
    ranges: [
      { firstTile: 0, tileCount: 4 },
      { firstTile: 6, tileCount: 2 },
    ],
  },
  { ...flatRule(4, 2, { maxResidualSq: 7n, unit: 4 }), gridCols: 1, maxRank: 1 },
];
const policy: Policy = { baseModelId: modelId(base), rules };

const mercury = Object.fromEntries([
  ...MERCURY_POINTS.map((name) => [name, G1_GENERATOR]),
  ...MERCURY_SCALARS.map((name) => [name, 0n]),
]) as unknown as MercuryProof;

type Use = RuleUse & { readonly tiles: readonly number[] };

const shared = (tiles: readonly number[], maxNonzeros: bigint, maxResidualSq: bigint): Use => ({
  ruleIndex: SHARED,
  tileCount: tiles.length,
  maxNonzeros,
  maxResidualSq,
  tiles,
});
const rank = (tiles: readonly number[], maxResidualSq = 7n): Use => ({
  ruleIndex: RANK,
  tileCount: tiles.length,
  maxNonzeros: 0n,
  maxResidualSq,
  tiles,
});

/** A segment of the right form that proves nothing: where all else is right, its Merkle proof is what is refused. */
function segmentOf(uses: readonly Use[]): WrappedSegment {
  const tiles = uses.flatMap((use) => use.tiles);
  const masked = uses.flatMap((use) => (use.maxNonzeros > 0n ? use.tiles : []));
  const point = (): typeof G1_GENERATOR => G1_GENERATOR;
  const factor = uses.some(({ ruleIndex }) => ruleIndex === RANK) ? G1_GENERATOR : G1_INFINITY;
  return {
    tierId: tier.id,
    uses: uses.map(({ ruleIndex, tileCount, maxNonzeros, maxResidualSq }) => ({
      ruleIndex,
      tileCount,
      maxNonzeros,
      maxResidualSq,
    })),
    tiles,
    commitments: {
      base: tiles.map(point),
      tuned: tiles.map(point),
      masks: masked.map(point),
      factorA: factor,
      factorB: factor,
      multiplicity: G1_GENERATOR,
      blinding: G1_GENERATOR,
    },
    claim: { theta: ZERO, psi: ZERO, z: Array.from({ length: tier.ell }, () => ZERO), y: ZERO },
    h: ZERO,
    groth16: { a: G1_GENERATOR, b: G2_GENERATOR, c: G1_GENERATOR },
    mercury,
    nextMerkleRoot: wordToHexBE(101n),
    multiProof: { proof: [], proofFlags: [] },
  };
}

function certificateOf(segments: readonly (readonly Use[])[], changes: Partial<Certificate> = {}): Certificate {
  return {
    chainId: 1n,
    registry: `0x${"11".repeat(20)}`,
    publisher: `0x${"22".repeat(20)}`,
    base,
    tuned: modelOf(101n),
    policy,
    classes,
    manifest: encodeManifest(manifest),
    insecure: true,
    segments: segments.map(segmentOf),
    ...changes,
  };
}

/** Phase and message; both ways to verify must agree. */
function refusal(certificate: Certificate): string {
  const [whole, sent] = [verifyCertificate(certificate, anchors), verifyWithoutManifest(certificate, anchors)].map(
    (result) => (result.valid ? "accepted" : `${result.error.phase} | ${result.error.message}`),
  );
  expect(whole, "with and without the manifest").to.equal(sent);
  return whole as string;
}

/** What refuses a segment that is well-formed and whose shares and tiles are right. */
const AT_ITS_PROOF = /^segment 0\/merkle/;

describe("segments that take more than the policy gives", () => {
  it("are refused for that alone: shares up to the bounds, on ascending tiles, are read on to the proofs", () => {
    expect(refusal(certificateOf([[shared([0, 3], 10n, 1000n)]]))).to.match(AT_ITS_PROOF);
    const three = [[shared([0], 4n, 999n)], [rank([4, 5])], [shared([6, 7], 6n, 1n)]];
    expect(refusal(certificateOf(three))).to.match(AT_ITS_PROOF);
    expect(refusal(certificateOf([[shared([0], 4n, 1n)], [rank([4, 5]), shared([2, 7], 6n, 1n)]]))).to.match(
      AT_ITS_PROOF,
    );
  });

  it("have shares above a bound, by one, in one segment or over all", () => {
    const cases: [string, Use[][]][] = [
      ["maxNonzeros", [[shared([0], 11n, 1n)]]],
      ["maxResidualSq", [[shared([0], 1n, 1001n)]]],
      ["maxNonzeros", [[shared([0], 5n, 1n)], [shared([1], 6n, 1n)]]],
      ["maxResidualSq", [[shared([0], 1n, 500n)], [shared([6], 1n, 501n)]]],
      // The whole budget to each, which would let two segments spend it twice.
      ["maxNonzeros", [[shared([0], 10n, 1000n)], [shared([1], 10n, 1000n)]]],
      // Not next to each other.
      ["maxResidualSq", [[shared([0], 1n, 1000n)], [rank([4, 5])], [shared([6], 1n, 1n)]]],
    ];
    for (const [bound, segments] of cases) {
      const refused = refusal(certificateOf(segments));
      expect(refused).to.match(/^shares \|/);
      expect(refused).to.include(`the shares of rule ${SHARED} exceed its ${bound}`);
    }
    const refused = refusal(certificateOf([[rank([4, 5], 8n)]]));
    expect(refused).to.match(/^shares \|/);
    expect(refused).to.include(`rule ${RANK} exceed its maxResidualSq`);
  });

  it("have shares below nothing, which would make room for others", () => {
    for (const share of [shared([0], -1n, 1n), shared([0], 1n, -1n)]) {
      expect(refusal(certificateOf([[share], [shared([1], 11n, 1001n)]]))).to.match(/^shares \| .*negative/);
    }
  });

  it("name a rule that is not there", () => {
    expect(refusal(certificateOf([[{ ...shared([0], 1n, 1n), ruleIndex: rules.length }]]))).to.match(/^rules \|/);
  });

  it("use a rank rule twice, in one segment or in two: each would have its own product", () => {
    const twice = /^rules \| .*rule 1 bounds a rank and is used twice/;
    expect(refusal(certificateOf([[rank([4, 5], 3n)], [rank([4, 5], 3n)]]))).to.match(twice);
    expect(refusal(certificateOf([[rank([4], 3n)], [rank([5], 3n)]]))).to.match(twice);
    expect(refusal(certificateOf([[rank([4], 3n), rank([5], 3n)]]))).to.match(twice);
  });

  it("move a tile twice, or have tiles below those of the segment before", () => {
    const cases: [number, Use[][]][] = [
      [1, [[shared([0, 1], 1n, 1n)], [shared([1, 2], 1n, 1n)]]],
      [1, [[shared([2], 1n, 1n)], [shared([1], 1n, 1n)]]],
      // Its largest tile is not its last one: the rank rule's tiles come first.
      [1, [[rank([4, 5]), shared([0, 3], 1n, 1n)], [shared([3, 6], 1n, 1n)]]],
      [1, [[shared([0, 7], 1n, 1n)], [rank([4, 5])]]],
      // Its smallest tile is not its first one.
      [1, [[shared([2], 1n, 1n)], [rank([4, 5]), shared([2, 6], 1n, 1n)]]],
      [2, [[shared([0], 1n, 1n)], [shared([6], 1n, 1n)], [shared([3], 1n, 1n)]]],
    ];
    for (const [at, segments] of cases) {
      expect(
        refusal(certificateOf(segments)),
        JSON.stringify(segments.map((s) => s.map(({ tiles }) => tiles))),
      ).to.match(new RegExp(`^segment ${at}/tiles \\|`));
    }
  });
});

describe("a class table that is not the models'", () => {
  const segments = [[shared([0, 3], 10n, 1000n)]];

  it("is refused by its hash, though well-formed", () => {
    // One class less, one that begins later, and every tile's unit twice as coarse.
    const coarse = [{ firstTile: 0, fractionBits: 6 }];
    const moved = [
      { firstTile: 0, fractionBits: 4 },
      { firstTile: 7, fractionBits: 6 },
    ];
    const finer = classes.map(({ firstTile, fractionBits }) => ({ firstTile, fractionBits: fractionBits - 1 }));
    for (const other of [coarse, moved, finer]) {
      expect(refusal(certificateOf(segments, { classes: other }))).to.match(/^models \| .*the class table's hash/);
    }
  });

  it("is refused if it is not well-formed, or differs between the models", () => {
    for (const other of [[], classes.slice(1), classes.toReversed(), [...classes, { firstTile: 7, fractionBits: 6 }]]) {
      expect(refusal(certificateOf(segments, { classes: other }))).to.match(/^models \|/);
    }
    const tuned = { ...modelOf(101n), classTableHash: classTableHash([{ firstTile: 0, fractionBits: 6 }]) };
    expect(refusal(certificateOf(segments, { tuned }))).to.match(/^models \| .*classTableHash/);
  });

  it("is refused if the manifest has another, even where models and table agree", () => {
    const other = [{ firstTile: 0, fractionBits: 4 }];
    const withTable = (parts: ModelParts): ModelParts => ({ ...parts, classTableHash: classTableHash(other) });
    const certificate = certificateOf(segments, {
      classes: other,
      base: withTable(base),
      tuned: withTable(modelOf(101n)),
      policy: { ...policy, baseModelId: modelId(withTable(base)) },
    });
    const result = verifyCertificate(certificate, anchors);
    expect(result.valid ? "accepted" : result.error.message).to.include("the manifest's class table");
  });
});
