import { expect } from "chai";
import { modelId } from "../../src/commitment/model-id.js";
import { policyId, rangesOf, type Rule, type TileRange } from "../../src/policy/rule.js";
import { TIERS } from "../../src/protocol/tiers.js";
import { classTableHash, type TileClass } from "../../src/quantize/class-table.js";
import type { Arguments } from "../../src/registry/abi-types.js";
import { encodeCall } from "../../src/registry/abi-values.js";
import { decodeRegistryFailure } from "../../src/registry/revert.js";
import { someWord, type Chain, type TestRegistry } from "./support/chain.js";
import { expectRefusal } from "./support/refusals.js";
import { RULES, startRefusing, type Refusing } from "./support/refused.js";
import { rule, World } from "./support/world.js";

const TILES = 42;
/** `f` of tiles 0 to 9, 10 to 29, 30 to 41. */
const CLASSES: readonly TileClass[] = [
  { firstTile: 0, fractionBits: 8 },
  { firstTile: 10, fractionBits: 12 },
  { firstTile: 30, fractionBits: 4 },
];

type Call = Arguments<"registerPolicy">;
type Range = Call[3][number];

const range = (firstTile: number, tileCount: number, ofRule = 0): Range => ({ firstTile, tileCount, rule: ofRule });

describe("DriftRegistry refuses policies", () => {
  let refusing: Refusing;
  let chain: Chain;
  let registry: TestRegistry;
  let world: World;

  before(async function () {
    this.timeout(120_000);
    refusing = await startRefusing();
    ({ chain, registry } = refusing);
    world = new World("classes", TIERS.nano, TILES, [rule(0, 4)], undefined, undefined, CLASSES);
    await registry.client.registerModel(chain.publisher, world.base);
  });

  after(() => chain.close());

  const call = async ([base, classes, rules, ranges]: Call): Promise<void> => {
    const data = encodeCall("registerPolicy", [base, classes, rules, ranges]);
    await chain.provider.call({ to: registry.place.registry, data }).catch((error: unknown) => {
      throw decodeRegistryFailure(error);
    });
  };
  /** Asks without sending. Ranges are those of the rules, or any others. */
  const ask = (rules: readonly Rule[], ranges: readonly Range[] = rangesOf(rules), of = world): Promise<void> =>
    call([of.base, of.classes, rules, ranges]);
  /** A rule in the unit of the second class, which is the finest. */
  const over = (ranges: readonly TileRange[], bounds: Partial<Rule> = {}): Rule =>
    rule(0, 0, { ranges, unit: 12, ...bounds });

  it("of an unknown base, without rules, registered before", async () => {
    const { base, classes } = world;
    const unknown = { ...base, manifestHash: someWord(3) };
    const [bounds, ranges] = [[rule(0, 4)], [range(0, 4)]];
    await expectRefusal(call([unknown, classes, bounds, ranges]), "UnknownModel", [modelId(unknown)]);
    await expectRefusal(ask([]), "PolicyHasNoRule");
    const before = refusing.world;
    await expectRefusal(ask(RULES, rangesOf(RULES), before), "PolicyAlreadyRegistered", [policyId(before.policy)]);
  });

  it("but none that is well-formed", async () => {
    const spread = over([
      { firstTile: 0, tileCount: 10 },
      { firstTile: 10, tileCount: 20 },
      { firstTile: 30, tileCount: 12 },
    ]);
    await ask([spread]);
    await ask([{ ...spread, unit: 35 }]);
    // Rules between each other's ranges, more of them than a word of storage holds.
    const thirds = [0, 1, 2].map((third) =>
      over(Array.from({ length: 14 }, (_, i) => ({ firstTile: 3 * i + third, tileCount: 1 }))),
    );
    const policy = { baseModelId: modelId(world.base), rules: thirds };
    await registry.client.registerPolicy(chain.publisher, { policy, base: world.base, classes: CLASSES });
    expect(await registry.client.getPolicy(policyId(policy))).to.deep.equal(policy);
    expect(await registry.client.getClasses(policyId(policy), world.base)).to.deep.equal(CLASSES);
    await ask([over([{ firstTile: 12, tileCount: 4 }], { maxRank: 1, gridCols: 2, shift: 40, unit: 52 })]);
  });

  it("with a class table that is not the base's", async () => {
    const other = [{ firstTile: 0, fractionBits: 9 }, ...CLASSES.slice(1)];
    await expectRefusal(call([world.base, other, [rule(0, 4)], [range(0, 4)]]), "ClassTableMismatch", [
      classTableHash(CLASSES),
      classTableHash(other),
    ]);
    await expectRefusal(call([world.base, [], [rule(0, 4)], [range(0, 4)]]), "ClassTableMismatch");
  });

  it("with a class table that is none", async () => {
    const start = (firstTile: number, fractionBits: number): TileClass => ({ firstTile, fractionBits });
    const many = Array.from({ length: 65 }, (_, i) => start(i, i % 2));
    for (const [classes, index] of [
      [[], 0n],
      [[start(1, 8)], 0n],
      [[start(0, 65)], 0n],
      [[start(0, -129)], 0n],
      [[start(0, 8), start(10, 8)], 1n],
      [[start(0, 8), start(10, 9), start(10, 10)], 2n],
      [[start(0, 8), start(10, 9), start(9, 10)], 2n],
      [[start(0, 8), start(TILES, 9)], 1n],
      [many, 65n],
    ] as const) {
      const seed = JSON.stringify(classes);
      const of = new World(seed, TIERS.nano, TILES, [rule(0, 4)], undefined, undefined, classes);
      await registry.client.registerModel(chain.publisher, of.base);
      await expectRefusal(ask([rule(0, 4)], undefined, of), "InvalidClassTable", [index]);
    }
    // The outermost ones.
    for (const [f, unit] of [
      [-128, -128],
      [64, 95],
    ] as const) {
      const of = new World(`f ${f}`, TIERS.nano, TILES, [rule(0, 4)], undefined, undefined, [start(0, f)]);
      await registry.client.registerModel(chain.publisher, of.base);
      await ask([rule(0, 4, { unit })], undefined, of);
    }
  });

  it("with ranges that are empty, unsorted, overlapping or beyond the model", async () => {
    const one = [over([])];
    await expectRefusal(ask(one, [range(0, 0)]), "RangeOutOfOrder", [0n, 0n, 0n]);
    await expectRefusal(ask(one, [range(2, 1), range(0, 1)]), "RangeOutOfOrder", [1n, 0n, 1n]);
    await expectRefusal(ask(one, [range(0, 3), range(2, 2)]), "RangeOutOfOrder", [1n, 2n, 2n]);
    const two = [over([]), over([])];
    await expectRefusal(ask(two, [range(0, 3, 0), range(2, 2, 1)]), "RangeOutOfOrder", [1n, 2n, 2n]);
    await expectRefusal(ask(one, [range(0, 3), range(30, 13)]), "RangeBeyondModel", [1n, 43n, 42n]);
    await expectRefusal(ask(one, [range(2 ** 32 - 1, 2 ** 32 - 1)]), "RangeBeyondModel");
  });

  it("with ranges of tiles of different fraction bits", async () => {
    const one = [over([])];
    await expectRefusal(ask(one, [range(0, 11)]), "RangeSpansClasses", [0n, 11n, 10n]);
    await expectRefusal(ask(one, [range(0, 10), range(29, 2)]), "RangeSpansClasses", [1n, 31n, 30n]);
    await expectRefusal(ask(one, [range(9, 22)]), "RangeSpansClasses", [0n, 31n, 10n]);
    await ask(one, [range(0, 10), range(10, 20), range(30, 12)]);
  });

  it("with rules that have no range, are unknown, or not numbered by their first tiles", async () => {
    const two = [over([]), over([])];
    await expectRefusal(ask(two, []), "RuleHasNoRange", [0n]);
    await expectRefusal(ask(two, [range(0, 1)]), "RuleHasNoRange", [1n]);
    await expectRefusal(ask(two, [range(0, 1), range(1, 1, 2)]), "RangeOfUnknownRule", [1n, 2n, 2n]);
    await expectRefusal(ask(two, [range(0, 1, 1), range(1, 1, 0)]), "RulesNotNumbered", [0n, 1n, 0n]);
    await ask(two, [range(0, 1, 0), range(1, 1, 1), range(2, 1, 0)]);
  });

  it("with more ranges than can be stored", async function () {
    this.timeout(240_000);
    const tileCount = 2 ** 20;
    const tile = world.tileOf(0);
    if (tile === undefined) throw new Error("the world has no tile");
    const large = new World("large", TIERS.nano, tileCount, [], undefined, [tile], CLASSES.slice(0, 1));
    await registry.client.registerModel(chain.publisher, large.base);
    const apart = (count: number): Range[] => Array.from({ length: count }, (_, i) => range(2 * i, 1));
    const one = [over([])];
    const most = 1 + 5 * 255;
    await ask(one, apart(most), large);
    await expectRefusal(ask(one, apart(most + 1), large), "TooManyRanges", [0n, BigInt(most + 1), BigInt(most)]);
    const rank = over([], { unit: 8, maxRank: 1, gridCols: 1 });
    await expectRefusal(ask([rank], apart(2), large), "TooManyRanges", [0n, 2n, 1n]);
    // The largest range there can be, and its last tile.
    await ask(one, [range(0, tileCount)], large);
    await ask(one, [range(tileCount - 1, 1)], large);
    await ask([{ ...rank, gridCols: tileCount }], [range(0, tileCount)], large);
  });

  it("with a unit that a tile's squares cannot count in", async () => {
    await expectRefusal(ask([over([], { unit: 11 })], [range(10, 1)]), "ExponentOutOfRange", [0n, -1n, 31n]);
    await ask([over([], { unit: 12 })], [range(10, 1)]);
    await ask([over([], { unit: 43 })], [range(10, 1)]);
    await expectRefusal(ask([over([], { unit: 44 })], [range(10, 1)]), "ExponentOutOfRange", [0n, 32n, 31n]);
    // Of every range, by its own class; and units that no class has.
    const both = [range(10, 1), range(30, 1)];
    await expectRefusal(ask([over([], { unit: 36 })], both), "ExponentOutOfRange", [1n, 32n, 31n]);
    await expectRefusal(ask([over([], { unit: -129 })], both), "ExponentOutOfRange", [0n, -141n, 31n]);
    await expectRefusal(ask([over([], { unit: 136 })], both), "ExponentOutOfRange", [0n, 124n, 31n]);
    const rank = { maxRank: 1, gridCols: 1, shift: 8 };
    await ask([over([], { ...rank, unit: 20 })], [range(10, 1)]);
    await expectRefusal(ask([over([], { ...rank, unit: 21 })], [range(10, 1)]), "ExponentOutOfRange", [0n, 1n, 0n]);
    await expectRefusal(ask([over([], { ...rank, unit: 19 })], [range(10, 1)]), "ExponentOutOfRange", [0n, -1n, 0n]);
  });

  it("with a grid or shift that does not fit the rank", async () => {
    for (const bounds of [
      { gridCols: 1 },
      { shift: 1 },
      { maxRank: 1 },
      { maxRank: 1, gridCols: 3 },
      { maxRank: 1, gridCols: 2, shift: 41 },
    ]) {
      await expectRefusal(ask([rule(0, 4, bounds)]), "InvalidRankRule");
    }
  });

  it("with bounds that the circuit cannot represent", async () => {
    const nonzeros = { maxNonzeros: 1n << 40n };
    await expectRefusal(ask([rule(0, 4, nonzeros)]), "BoundTooLarge", [0n, 1n << 40n, 40n]);
    const residual = { maxResidualSq: 1n << 100n };
    await expectRefusal(ask([rule(0, 4, residual)]), "BoundTooLarge", [0n, 1n << 100n, 100n]);
    await ask([rule(0, 4, { maxNonzeros: (1n << 40n) - 1n, maxResidualSq: (1n << 100n) - 1n })]);
  });
});
