import { expect } from "chai";
import fc from "fast-check";
import type { CountedTile } from "../../../src/factors/largest-entries.js";
import { measureNeeds, type PartOfRule } from "../../../src/segment/measure-needs.js";
import type { ShareNeed } from "../../../src/segment/shares.js";
import { TIERS } from "../../../src/protocol/tiers.js";

const tier = TIERS.nano;
/** Only a mask makes an entry of this size provable. */
const OUTSIDE = tier.tileSize / 2;

const tileOf = (values: readonly number[], exponent = 0): CountedTile => ({
  values: Int32Array.from(values),
  exponent,
});

/** Needs by part, every tile being a part of its own unless `parts` says otherwise. */
async function measure(
  maxNonzeros: bigint,
  tiles: readonly CountedTile[],
  parts: readonly PartOfRule[] = tiles.map((_, tile) => ({ part: tile, tiles: [tile] })),
): Promise<ShareNeed[]> {
  const needs = await measureNeeds(tier, maxNonzeros, parts, (tile) => Promise.resolve(tiles[tile] as CountedTile));
  return parts.map(({ part }) => needs.get(part) as ShareNeed);
}

const squaresOf = ({ values, exponent }: CountedTile): bigint[] =>
  Array.from(values, (value) => (BigInt(value) ** 2n) << BigInt(2 * exponent));

describe("what parts of a rule need of its budgets", () => {
  it("is all squares where nothing may be masked", async () => {
    const needs = await measure(0n, [tileOf([3, -4, 0]), tileOf([0, 0])]);
    expect(needs.map(({ maxNonzeros }) => maxNonzeros)).to.deep.equal([0n, 0n]);
    // 25 from above: sums of doubles.
    expect(needs.map(({ maxResidualSq }) => maxResidualSq)).to.deep.equal([26n, 0n]);
  });

  it("has the entries masked that weigh most over all parts, not in each", async () => {
    const needs = await measure(3n, [tileOf([100, 90, 1]), tileOf([5, 2]), tileOf([80, -3])]);
    expect(needs.map(({ maxNonzeros }) => maxNonzeros)).to.deep.equal([2n, 0n, 1n]);
    expect(needs.map(({ maxResidualSq }) => maxResidualSq)).to.deep.equal([2n, 30n, 10n]);
  });

  it("weighs entries in the rule's unit", async () => {
    const needs = await measure(1n, [tileOf([100]), tileOf([30], 2)]);
    expect(needs.map(({ maxNonzeros }) => maxNonzeros)).to.deep.equal([0n, 1n]);
    expect(needs[0]?.maxResidualSq).to.equal(10_001n);
    expect((await measure(0n, [tileOf([30], 2)]))[0]?.maxResidualSq).to.equal(14_401n);
  });

  it("has entries out of range masked first, on both sides, whatever they weigh", async () => {
    const needs = await measure(2n, [tileOf([OUTSIDE - 1, -OUTSIDE], 31), tileOf([OUTSIDE, -OUTSIDE - 1])]);
    expect(needs.map(({ maxNonzeros }) => maxNonzeros)).to.deep.equal([0n, 2n]);
    expect(needs[1]?.maxResidualSq).to.equal(0n);
  });

  it("adds up the tiles of a part, each read once", async () => {
    const tiles = [tileOf([1]), tileOf([2]), tileOf([3])];
    const read: number[] = [];
    const parts = [
      { part: 7, tiles: [0, 2] },
      { part: 4, tiles: [1] },
    ];
    const needs = await measureNeeds(tier, 1n, parts, (tile) => {
      read.push(tile);
      return Promise.resolve(tiles[tile] as CountedTile);
    });
    expect(read).to.deep.equal([0, 2, 1]);
    expect([...needs]).to.deep.equal([
      [7, { maxNonzeros: 1n, maxResidualSq: 2n }],
      [4, { maxNonzeros: 0n, maxResidualSq: 5n }],
    ]);
  });

  it("suffices: within the number of masks, squares from above and hardly more", async () => {
    const entry = fc.integer({ min: -OUTSIDE, max: OUTSIDE - 1 });
    const tile = fc
      .tuple(fc.array(entry, { maxLength: 20 }), fc.integer({ min: 0, max: 6 }))
      .map(([values, exponent]) => tileOf(values, exponent));
    const asked = fc.tuple(fc.array(tile, { minLength: 1, maxLength: 5 }), fc.bigInt(0n, 60n));
    await fc.assert(
      fc.asyncProperty(asked, async ([tiles, maxNonzeros]) => {
        const needs = await measure(maxNonzeros, tiles);
        const masked = needs.reduce((sum, { maxNonzeros: count }) => sum + count, 0n);
        expect(masked <= maxNonzeros, "no more masks than allowed").to.equal(true);
        needs.forEach((need, i) => {
          const squares = squaresOf(tiles[i] as CountedTile).toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0));
          // The masks of a part are on its largest entries.
          const rest = squares.slice(Number(need.maxNonzeros)).reduce((sum, square) => sum + square, 0n);
          expect(need.maxResidualSq >= rest, "the other squares fit").to.equal(true);
          expect(need.maxResidualSq <= rest + (rest >> 19n) + 1n, "and little else").to.equal(true);
        });
      }),
    );
  });
});
