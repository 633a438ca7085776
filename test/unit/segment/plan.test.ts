import { expect } from "chai";
import { planSegments } from "../../../src/segment/plan.js";
import { estimateProverMemory, formatBytes, tilesWithinMemory } from "../../../src/segment/prover-memory.js";
import type { Rule } from "../../../src/policy/rule.js";
import { InputError, PolicyViolation } from "../../../src/errors/errors.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { flatRule } from "../../support/rules.js";
import { expectError } from "../../support/rejects.js";

const tier = TIERS.nano;

const normRule = (firstTile: number, tileCount: number): Rule => flatRule(firstTile, tileCount, { maxResidualSq: 9n });

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const shapeOf = (plan: ReturnType<typeof planSegments>): number[][] =>
  plan.map(({ uses }) => uses.map(({ ruleIndex }) => ruleIndex));

describe("the plan of a certificate", () => {
  const rules = [normRule(0, 3), normRule(3, 2), normRule(5, 3), normRule(8, 1)];
  const memory = (tiles: number): { bytes: number; jobs: number } => ({
    bytes: estimateProverMemory(tier, tiles, 2),
    jobs: 2,
  });

  it("is one segment where everything fits", () => {
    expect(shapeOf(planSegments(tier, rules, range(9)))).to.deep.equal([[0, 1, 2, 3]]);
  });

  it("takes changed tiles only, and all tiles of a rank rule", () => {
    const rank: Rule = { ...normRule(3, 2), gridCols: 1, maxRank: 1 };
    const [segment] = planSegments(tier, [normRule(0, 3), rank], [1, 4]);
    expect(segment?.uses).to.deep.equal([
      { ruleIndex: 1, tiles: [3, 4] },
      { ruleIndex: 0, tiles: [1] },
    ]);
  });

  it("has smaller segments under a memory bound", () => {
    expect(shapeOf(planSegments(tier, rules, range(9), { memory: memory(5) }))).to.deep.equal([
      [0, 1],
      [2, 3],
    ]);
    expect(shapeOf(planSegments(tier, rules, range(9), { memory: memory(3) }))).to.deep.equal([[0], [1, 2], [2, 3]]);
  });

  it("is the same for the same arguments", () => {
    const again = { memory: memory(3) };
    expect(planSegments(tier, rules, range(9), again)).to.deep.equal(planSegments(tier, rules, range(9), again));
  });

  it("divides a rule over segments, whose tiles ascend", () => {
    const plan = planSegments(tier, [normRule(0, 20)], range(20));
    expect(plan.map(({ uses }) => uses.map(({ tiles }) => tiles))).to.deep.equal([[range(13)], [range(20).slice(13)]]);
  });

  it("keeps the tiles of a segment above those of the one before, whatever rules they are of", () => {
    const rank: Rule = { ...normRule(12, 4), gridCols: 2, maxRank: 1 };
    const around = { ...normRule(0, 12), ranges: [...normRule(0, 12).ranges, { firstTile: 16, tileCount: 4 }] };
    const plan = planSegments(tier, [around, rank], range(20));
    // The rank rule's tensor does not fit behind twelve tiles.
    expect(shapeOf(plan)).to.deep.equal([[0], [1, 0]]);
    const tiles = plan.map(({ uses }) => uses.flatMap((use) => use.tiles).sort((a, b) => a - b));
    expect(tiles.flat()).to.deep.equal(range(20));
  });

  it("begins a segment where places run out", () => {
    const five = [0, 1, 2, 3, 4].map((tile) => normRule(tile, 1));
    expect(shapeOf(planSegments(tier, five, range(5)))).to.deep.equal([[0, 1, 2, 3], [4]]);
    const ranks = [0, 1, 2].map((tile): Rule => ({ ...normRule(tile, 1), gridCols: 1, maxRank: 1 }));
    expect(shapeOf(planSegments(tier, ranks, range(3)))).to.deep.equal([[0, 1], [2]]);
  });

  it("refuses a rank rule's tensor that alone exceeds the memory, with what it needs and a remedy", () => {
    const bound = memory(2);
    const rank: Rule = { ...normRule(0, 3), gridCols: 3, maxRank: 1 };
    return expectError(
      () => planSegments(tier, [rank], range(3), { memory: bound }),
      InputError,
      "policy rule 0",
      "3 tiles",
      formatBytes(estimateProverMemory(tier, 3, 2)),
      "enough for 2",
      "--memory",
      "--jobs",
    );
  });

  it("refuses memory that holds no tile", () => {
    const bound = { bytes: estimateProverMemory(tier, 0, 2), jobs: 2 };
    return expectError(
      () => planSegments(tier, rules, range(9), { memory: bound }),
      InputError,
      "a segment: one tile needs",
    );
  });

  it("refuses a changed tile of no rule, and a rank rule that fits no segment", () => {
    expect(() => planSegments(tier, [normRule(0, 1)], [1])).to.throw(PolicyViolation, "freezes");
    const wide: Rule = { ...normRule(0, 14), gridCols: 7, maxRank: 1 };
    expect(() => planSegments(tier, [wide], range(14))).to.throw(PolicyViolation, "its tensor of 14 tiles");
    const steep: Rule = { ...normRule(0, 1), gridCols: 1, maxRank: 3 };
    expect(() => planSegments(tier, [steep], [0])).to.throw(PolicyViolation, "rank 3, but tier nano holds at most 2");
  });
});

describe("the prover's memory", () => {
  it("bounds the tiles of a segment by what it is estimated at", () => {
    for (const each of Object.values(TIERS)) {
      for (const tiles of [0, 1, each.slots]) {
        const bytes = estimateProverMemory(each, tiles, 3);
        expect(tilesWithinMemory(each, { bytes, jobs: 3 })).to.equal(tiles);
        expect(tilesWithinMemory(each, { bytes: bytes - 1, jobs: 3 })).to.equal(Math.max(0, tiles - 1));
      }
      expect(tilesWithinMemory(each, { bytes: 1e15, jobs: 1 })).to.equal(each.slots);
    }
  });

  it("grows with tiles and threads, and is written for people", () => {
    expect(estimateProverMemory(TIERS.large, 253, 2)).to.be.greaterThan(estimateProverMemory(TIERS.large, 253, 1));
    expect([formatBytes(8e9), formatBytes(512_000_001)]).to.deep.equal(["8.0 GB", "513 MB"]);
  });
});
