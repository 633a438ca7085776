import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import { G1_GENERATOR, G1_INFINITY, g1Mul, type G1 } from "../../../src/algebra/g1.js";
import {
  commitmentPoints,
  contextDigest,
  placeOf,
  publicValues,
  segmentLayout,
  slotBitmaps,
  statementVector,
  type RulePlace,
  type SegmentCommitments,
  type SegmentContext,
} from "../../../src/segment/statement.js";
import { wordToHexBE } from "../../../src/algebra/hex.js";
import { InputError } from "../../../src/errors/errors.js";
import { frOf, toFr } from "../../../src/algebra/fr.js";
import { FR_ORDER } from "../../../src/protocol/constants.js";
import { TIERS } from "../../../src/protocol/tiers.js";

const { nano } = TIERS;

const flat = (tileCount: number, maxNonzeros = 0n): RulePlace => ({
  tileCount,
  rowPanels: 0,
  colPanels: 0,
  rank: 0,
  shift: 0,
  maxResidualSq: 50n,
  maxNonzeros,
  units: new Array<number>(Math.min(tileCount, 100)).fill(0),
});
const grid = (rows: number, cols: number, rank = 1): RulePlace => ({
  ...flat(rows * cols),
  rowPanels: rows,
  colPanels: cols,
  rank,
  shift: 3,
});

describe("the layout of a segment", () => {
  it("gives rules their slots and rank rules their panels, in order", () => {
    const layout = segmentLayout(nano, [grid(2, 1), grid(1, 3, 2), flat(2, 5n)]);
    expect(layout.usedSlots).to.equal(7);
    expect(layout.bases).to.deep.equal([0, 2, 5]);
    expect(layout.placeOfSlot).to.deep.equal([0, 0, 1, 1, 1, 2, 2]);
    expect(layout.masked).to.deep.equal([false, false, false, false, false, true, true]);
    expect(layout.rowOrigins.slice(0, 2)).to.deep.equal([0, 2]);
    expect(layout.colOrigins.slice(0, 2)).to.deep.equal([0, 1]);
  });

  it("takes a full segment", () => {
    expect(segmentLayout(nano, [flat(13)]).usedSlots).to.equal(13);
    expect(segmentLayout(nano, [grid(4, 1), grid(4, 1)]).usedSlots).to.equal(8);
  });

  const refused: [string, RulePlace[], RegExp][] = [
    ["no rule", [], /tier nano: it has no tile/],
    ["a rule without tiles", [flat(1), flat(0)], /rule place 1 has no tile/],
    ["more tiles than slots", [flat(7), flat(7)], /14 changed tiles, at most 13/],
    ["more tiles than memory holds", [flat(1), flat(2 ** 32 - 1)], /4294967296 changed tiles, at most 13/],
    ["more rules than places", [1, 1, 1, 1, 1].map((count) => flat(count)), /5 rules, at most 4/],
    ["more rank rules than places for them", [grid(1, 1), grid(1, 1), grid(1, 1)], /rank rule at place 2, at most 2/],
    ["a rank rule after another rule", [flat(1), grid(1, 1)], /rank rules must come first/],
    ["a tile without a unit exponent", [{ ...flat(2), units: [0] }], /rule place 0 has 1 unit exponents/],
    ["a shift without a rank", [{ ...flat(2), shift: 1 }], /rule place 0 has a shift or panels without a rank/],
    ["an exponent of 32", [{ ...flat(2), units: [0, 32] }], /rule place 0 has the unit exponent 32/],
    ["a negative exponent", [{ ...flat(2), units: [-1, 0] }], /rule place 0 has the unit exponent -1/],
    ["a rank beyond the tier's", [grid(1, 1, 3)], /rank 3, at most 2/],
    [
      "two of a rank rule's four tiles",
      [{ ...grid(2, 2), tileCount: 2, units: [0, 0] }],
      /rank rule at place 0 is not whole/,
    ],
    [
      "more row panels than a factor polynomial holds",
      [grid(5, 1), grid(4, 1)],
      /9 row and 2 column panels, at most 8/,
    ],
    ["more column panels than a factor polynomial holds", [grid(1, 9)], /1 row and 9 column panels, at most 8/],
  ];
  for (const [name, places, message] of refused) {
    it(`is refused with ${name}`, () => {
      expect(() => segmentLayout(nano, places)).to.throw(InputError, message);
    });
  }

  it("refuses a listing of a rank rule's diagonal tiles, whatever their number", () => {
    const range = { firstTile: 0, tileCount: 4 };
    const share = { maxNonzeros: 0n, maxResidualSq: 0n };
    const rule = { ranges: [range], unit: 12, gridCols: 2, maxRank: 1, shift: 2, ...share };
    const placeOfTiles = (tiles: number[]): RulePlace =>
      placeOf(rule, tiles, share, [{ firstTile: 0, fractionBits: 10 }]);
    for (const listed of [[0], [0, 3], [0, 1, 2]]) {
      expect(() => segmentLayout(nano, [placeOfTiles(listed)])).to.throw(InputError, "not whole");
    }
    expect(segmentLayout(nano, [placeOfTiles([0, 1, 2, 3])]).usedSlots).to.equal(4);
  });
});

describe("the statement vector", () => {
  const d1 = frOf(99);
  const places = [grid(2, 2, 2), grid(1, 3), { ...flat(2, 5n), units: [31, 6] }];

  it("lists d1, the places' values, zeros for unused ones, the bitmaps and the units", () => {
    expect(statementVector({ tier: nano, d1, places })).to.deep.equal(
      [
        ...[99, 4, 2, 2, 2, 3, 50, 0, 3, 1, 3, 1, 3, 50, 0, 50, 5, 0, 0],
        0b111111111, // nine used slots
        0b010010001, // rules start at slots 0, 4 and 7
        0b110000000, // the last rule has masks
        0b1101, // row panels: rule 0 at 0, rule 1 at 2, the first free one is 3
        0b100101, // column panels: rule 0 at 0, rule 1 at 2, the first free one is 5
        0b010000000, // bit 0 of the exponents: 31 in slot 7, 6 in slot 8
        0b110000000,
        0b110000000,
        0b010000000,
        0b010000000,
      ].map((value) => frOf(value)),
    );
  });

  it("has no panels without rank rules, and no end bit when every panel is taken", () => {
    expect(slotBitmaps(nano, [flat(2)])).to.include({ rowPanelStarts: 0n, colPanelStarts: 0n });
    expect(slotBitmaps(nano, [grid(8, 1)])).to.include({ rowPanelStarts: 1n, colPanelStarts: 3n });
    expect(slotBitmaps(nano, [grid(4, 1), grid(4, 1)])).to.include({
      rowPanelStarts: 0b10001n,
      colPanelStarts: 0b111n,
    });
  });

  it("differs for statements that differ in one value", () => {
    const vectors = new Set(
      [
        { tier: nano, d1, places },
        { tier: nano, d1: frOf(98), places },
        ...[
          places.with(2, { ...flat(3, 5n), units: [31, 6, 0] }),
          places.with(2, { ...flat(2, 5n), units: [31, 7] }),
          places.with(2, { ...flat(2, 5n), units: [6, 31] }),
          places.with(2, { ...flat(2, 6n), units: [31, 6] }),
          places.with(0, grid(4, 1, 2)),
          places.with(0, grid(2, 2, 1)),
          places.with(0, { ...grid(2, 2, 2), shift: 4 }),
          places.with(1, { ...grid(1, 3), maxResidualSq: 51n }),
        ].map((changed) => ({ tier: nano, d1, places: changed })),
      ].map((statement) => statementVector(statement).join()),
    );
    expect(vectors.size).to.equal(10);
  });

  it("is followed by θ, ψ, z and y in the public values", () => {
    const claim = { theta: frOf(1), psi: frOf(2), z: [frOf(3), frOf(4)], y: frOf(5) };
    const statement = { tier: nano, d1, places };
    expect(publicValues(statement, claim)).to.deep.equal([...statementVector(statement), 1n, 2n, 3n, 4n, 5n]);
  });
});

describe("the context digest", () => {
  const point = (k: number): G1 => g1Mul(G1_GENERATOR, frOf(k));
  const commitments: SegmentCommitments = {
    base: [point(1), G1_INFINITY],
    tuned: [point(2), point(3)],
    masks: [point(4)],
    factorA: point(5),
    factorB: point(6),
    multiplicity: point(7),
    blinding: point(8),
  };
  const context: SegmentContext = {
    chainId: 31337n,
    registry: "0x1111111111111111111111111111111111111111",
    publisher: "0x2222222222222222222222222222222222222222",
    tierId: 1,
    prevModelId: wordToHexBE(10n),
    nextModelId: wordToHexBE(11n),
    policyId: wordToHexBE(12n),
    tiles: [3, 9],
  };

  it("lists base and tuned tile of every slot, masks, factors, multiplicities, M", () => {
    const expected = [point(1), point(2), G1_INFINITY, point(3), point(4), point(5), point(6), point(7), point(8)];
    expect(commitmentPoints(commitments)).to.deep.equal(expected);
  });

  it("is the hash of the ABI encoding of the registry's types, mod p", () => {
    const encoded = AbiCoder.defaultAbiCoder().encode(
      ["uint256", "address", "address", "uint256", "bytes32", "bytes32", "bytes32", "uint256[]", "uint256[]"],
      [
        context.chainId,
        context.registry,
        context.publisher,
        context.tierId,
        context.prevModelId,
        context.nextModelId,
        context.policyId,
        context.tiles,
        commitmentPoints(commitments).flatMap(({ x, y }) => [x, y]),
      ],
    );
    expect(contextDigest(context, commitments)).to.equal(BigInt(keccak256(encoded)) % FR_ORDER);
  });

  it("differs for another publisher, chain, registry, model, policy, tile or commitment", () => {
    const digests = new Set([contextDigest(context, commitments)]);
    const changes: Partial<SegmentContext>[] = [
      { chainId: 1n },
      { registry: context.publisher },
      { publisher: context.registry },
      { tierId: 2 },
      { prevModelId: wordToHexBE(11n) },
      { nextModelId: wordToHexBE(10n) },
      { policyId: wordToHexBE(13n) },
      { tiles: [3, 8] },
      { tiles: [9, 3] },
    ];
    for (const change of changes) digests.add(contextDigest({ ...context, ...change }, commitments));
    for (const change of [
      { base: [G1_INFINITY, point(1)] },
      { base: commitments.tuned, tuned: commitments.base },
      { masks: [point(5)], factorA: point(4) },
      { blinding: point(9) },
    ]) {
      digests.add(contextDigest(context, { ...commitments, ...change }));
    }
    expect(digests.size).to.equal(1 + changes.length + 4);
    expect([...digests].every((digest) => digest === toFr(digest))).to.equal(true);
  });
});
