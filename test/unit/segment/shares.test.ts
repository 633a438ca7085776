import { expect } from "chai";
import fc from "fast-check";
import type { SegmentPlan } from "../../../src/segment/plan.js";
import type { Rule } from "../../../src/policy/rule.js";
import {
  dividedRules,
  divisibleBudget,
  sharesOf,
  type ShareNeed,
  type ShareNeeds,
} from "../../../src/segment/shares.js";
import { PolicyViolation } from "../../../src/errors/errors.js";
import { expectError, rejection } from "../../support/rejects.js";
import { flatRule } from "../../support/rules.js";

/** Segments by how many tiles they hold of each rule; tiles themselves do not matter here. */
const planOf = (...segments: readonly Readonly<Record<number, number>>[]): SegmentPlan[] =>
  segments.map((tileCounts) => ({
    uses: Object.entries(tileCounts).map(([ruleIndex, length]) => ({
      ruleIndex: Number(ruleIndex),
      tiles: Array.from({ length }, (_, i) => i),
    })),
  }));

const rule = (maxNonzeros: bigint, maxResidualSq: bigint): Rule => flatRule(0, 100, { maxNonzeros, maxResidualSq });

/** Needs of rule 0 by segment. */
const needsOf = (...needs: readonly ShareNeed[]): ShareNeeds => new Map([[0, new Map(needs.entries())]]);
const need = (maxNonzeros: bigint, maxResidualSq: bigint): ShareNeed => ({ maxNonzeros, maxResidualSq });

describe("the shares of a rule's budgets", () => {
  it("are whole for a rule of one segment, whatever it needs", () => {
    const plan = planOf({ 0: 3 }, { 1: 2 });
    expect(sharesOf([rule(7n, 100n), rule(5n, 9n)], plan)).to.deep.equal([[need(7n, 100n)], [need(5n, 9n)]]);
    expect(sharesOf([rule(7n, 100n)], planOf({ 0: 3 }), needsOf(need(7n, 100n)))).to.deep.equal([[need(7n, 100n)]]);
  });

  it("lie where the plan has the rule, and nowhere else", () => {
    const plan = planOf({ 0: 1, 2: 1 }, { 2: 3 });
    expect(sharesOf([rule(1n, 2n), rule(3n, 4n), rule(8n, 80n)], plan)).to.deep.equal([
      [need(1n, 2n), need(2n, 20n)],
      [need(6n, 60n)],
    ]);
  });

  it("follow numbers of tiles to the last unit, where those suffice", () => {
    const shares = sharesOf([rule(10n, 1001n)], planOf({ 0: 13 }, { 0: 13 }, { 0: 4 }));
    expect(shares.flat().map(({ maxNonzeros }) => maxNonzeros)).to.deep.equal([4n, 4n, 2n]);
    expect(shares.flat().map(({ maxResidualSq }) => maxResidualSq)).to.deep.equal([433n, 434n, 134n]);
  });

  it("tell nothing of needs that shares by tiles serve", () => {
    const plan = planOf({ 0: 1 }, { 0: 1 });
    const bounds = [rule(100n, 1000n)];
    expect(sharesOf(bounds, plan, needsOf(need(50n, 3n), need(0n, 500n)))).to.deep.equal(sharesOf(bounds, plan));
  });

  it("give a segment that needs more its need to one significant bit, and divide what is left", () => {
    const plan = planOf({ 0: 1 }, { 0: 1 });
    const [[first], [second]] = sharesOf([rule(0n, 1000n)], plan, needsOf(need(0n, 501n), need(0n, 9n))) as [
      [ShareNeed],
      [ShareNeed],
    ];
    // 501 is 512 and 9 is 16; of the other 472 both get half.
    expect([first.maxResidualSq, second.maxResidualSq]).to.deep.equal([748n, 252n]);
  });

  it("round needs less where more does not fit", () => {
    const plan = planOf({ 0: 1 }, { 0: 1 });
    const shares = sharesOf([rule(0n, 800n)], plan, needsOf(need(0n, 600n), need(0n, 33n)));
    // To one bit 1024 and 64, to two 768 and 48; to three 640 and 40, and half of the other 120 for both.
    expect(shares.flat().map(({ maxResidualSq }) => maxResidualSq)).to.deep.equal([700n, 100n]);
  });

  it("divide each budget by its own needs", () => {
    const shares = sharesOf([rule(100n, 1000n)], planOf({ 0: 1 }, { 0: 1 }), needsOf(need(64n, 1n), need(8n, 2n)));
    expect(shares.flat()).to.deep.equal([need(78n, 500n), need(22n, 500n)]);
  });

  it("are refused with the rule and the numbers where no division serves", async () => {
    const plan = planOf({ 0: 1 }, { 0: 1 });
    const divide = (): unknown => sharesOf([rule(9n, 1000n)], plan, needsOf(need(0n, 800n), need(0n, 240n)));
    await expectError(divide, PolicyViolation, "policy rule 0", "squared norm of 1000", "2 segments", "need 1040");
    const error = await rejection(Promise.resolve().then(divide));
    expect(error).to.include({ rule: 0, measured: 1040n, allowed: 1000n });
    const sparse = (): unknown => sharesOf([rule(9n, 1000n)], plan, needsOf(need(5n, 0n), need(3n, 0n)));
    await expectError(sparse, PolicyViolation, "policy rule 0", "sparse entries of 9", "need 16");
  });

  it("sum to the budgets, never more, and serve every need", () => {
    const bound = fc.bigInt(0n, 2n ** 100n - 1n);
    const segment = fc.record({ tiles: fc.integer({ min: 1, max: 61 }), share: fc.bigInt(0n, 1000n) });
    fc.assert(
      fc.property(bound, bound, fc.array(segment, { minLength: 1, maxLength: 9 }), (nonzeros, squares, segments) => {
        const all = segments.reduce((sum, { share }) => sum + share, 0n) + 1n;
        // Together at most four fifths of the budget, less what rounding to multiples of 8 adds: always divisible.
        const part = (budget: bigint, share: bigint): bigint => (((budget * share) / all) * 4n) / 5n - 8n;
        const atLeastNothing = (value: bigint): bigint => (value < 0n ? 0n : value);
        const needs = segments.map(({ share }) =>
          need(atLeastNothing(part(nonzeros, share)), atLeastNothing(part(squares, share))),
        );
        const plan = planOf(...segments.map(({ tiles }) => ({ 0: tiles })));
        const shares = sharesOf([rule(nonzeros, squares)], plan, needsOf(...needs)).flat();
        for (const name of ["maxNonzeros", "maxResidualSq"] as const) {
          const budget = name === "maxNonzeros" ? nonzeros : squares;
          expect(shares.reduce((sum, each) => sum + each[name], 0n)).to.equal(budget);
          shares.forEach((share, i) => {
            expect(share[name] >= (needs[i]?.[name] ?? 0n), `segment ${i} gets what it needs`).to.equal(true);
          });
        }
      }),
    );
  });

  it("serve any needs of a budget with room to be divided", () => {
    const many = fc.bigInt(0n, 2n ** 60n);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.oneof(many, fc.bigInt(0n, 100n))), { minLength: 1 }),
        (parts) => {
          const plan = planOf(...parts.map(([tiles]) => ({ 0: tiles })));
          const needs = needsOf(...parts.map(([, squares]) => need(0n, squares)));
          const total = parts.reduce((sum, [, squares]) => sum + squares, 0n);
          const budget = divisibleBudget(total, parts.length);
          const shares = sharesOf([rule(0n, budget)], plan, needs).flat();
          shares.forEach(({ maxResidualSq }, i) => {
            expect(maxResidualSq >= (parts[i]?.[1] ?? 0n), `segment ${i} gets what it needs`).to.equal(true);
          });
        },
      ),
    );
    expect(divisibleBudget(1000n, 1)).to.equal(1000n);
    expect(divisibleBudget(0n, 9)).to.equal(0n);
  });

  it("never exceed the budgets under any needs: they are refused instead", () => {
    const small = fc.bigInt(0n, 3000n);
    fc.assert(
      fc.property(
        small,
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), small), { minLength: 1 }),
        (budget, parts) => {
          const plan = planOf(...parts.map(([tiles]) => ({ 0: tiles })));
          const needs = needsOf(...parts.map(([, squares]) => need(0n, squares)));
          const total = parts.reduce((sum, [, squares]) => sum + squares, 0n);
          let shares: ShareNeed[];
          try {
            shares = sharesOf([rule(0n, budget)], plan, needs).flat();
          } catch (error) {
            expect(error).to.be.instanceOf(PolicyViolation);
            return;
          }
          expect(total <= budget, "needs beyond the budget are refused").to.equal(true);
          expect(shares.reduce((sum, { maxResidualSq }) => sum + maxResidualSq, 0n)).to.equal(budget);
        },
      ),
    );
  });
});

describe("rules that segments divide", () => {
  it("are those of more than one segment", () => {
    expect([...dividedRules(planOf({ 0: 1, 1: 2 }, { 1: 1, 2: 1 }, { 2: 4, 3: 1 }))]).to.deep.equal([1, 2]);
    expect([...dividedRules([])]).to.deep.equal([]);
  });
});
