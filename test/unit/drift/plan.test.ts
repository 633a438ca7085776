import { expect } from "chai";
import { planSegments } from "../../../src/drift/plan.js";
import { estimateProverMemory, formatBytes, tilesWithinMemory } from "../../../src/drift/prover-memory.js";
import type { Rule } from "../../../src/drift/rule.js";
import { InputError, PolicyViolation } from "../../../src/errors/errors.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { expectError } from "../../support/rejects.js";

const tier = TIERS.nano;

function normRule(firstTile: number, tileCount: number): Rule {
  return { firstTile, tileCount, gridCols: 0, maxRank: 0, shift: 0, maxNonzeros: 0n, maxResidualSq: 9n };
}

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

  it("has smaller segments under a memory bound, and the same rules in all", () => {
    expect(shapeOf(planSegments(tier, rules, range(9), { memory: memory(5) }))).to.deep.equal([
      [0, 1],
      [2, 3],
    ]);
    expect(shapeOf(planSegments(tier, rules, range(9), { memory: memory(3) }))).to.deep.equal([[0], [1, 3], [2]]);
  });

  it("is the same for the same arguments", () => {
    const again = { memory: memory(3) };
    expect(planSegments(tier, rules, range(9), again)).to.deep.equal(planSegments(tier, rules, range(9), again));
  });

  it("refuses a rule that alone exceeds the memory, with what it needs and a remedy", () => {
    const bound = memory(2);
    return expectError(
      () => planSegments(tier, rules, range(9), { memory: bound }),
      InputError,
      "policy rule 0",
      "3 changed tiles",
      formatBytes(estimateProverMemory(tier, 3, 2)),
      "enough for 2",
      "--memory",
      "--jobs",
      "several",
    );
  });

  it("refuses a changed tile of no rule, and a rule that fits no segment", () => {
    expect(() => planSegments(tier, [normRule(0, 1)], [1])).to.throw(PolicyViolation, "freezes");
    expect(() => planSegments(tier, [normRule(0, 14)], range(14))).to.throw(PolicyViolation, "14 changed tiles");
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
