import { expect } from "chai";
import { checkPolicy } from "../../../src/policy/check-policy.js";
import { suggestPolicy } from "../../../src/policy/suggest-policy.js";
import type { SuggestedClass, SuggestedPolicy, SuggestOptions } from "../../../src/policy/suggest-report.js";
import type { TierName } from "../../../src/protocol/tiers.js";
import { openPair, type FixturePair } from "../../support/fixture-pairs.js";

const BASE_ID = `0x${"11".repeat(32)}` as const;

interface Suggested extends SuggestedPolicy {
  readonly pair: FixturePair;
}

async function suggest(
  base: string,
  tuned: string,
  tier: TierName,
  fractionBits: number | "auto" = 20,
  options: SuggestOptions = {},
): Promise<Suggested> {
  const pair = await openPair(base, tuned, tier, fractionBits);
  const suggested = await suggestPolicy({ ...pair, baseModelId: BASE_ID, noiseOf: pair.noiseOf, options });
  return { ...suggested, pair };
}

/** How many rules there are of each kind. */
function kindsOf({ rules }: SuggestedPolicy): Partial<Record<SuggestedClass, number>> {
  const kinds: Partial<Record<SuggestedClass, number>> = {};
  for (const { kind } of rules) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}

/** A suggested policy holds, and no bound of any rule can be one less. */
async function expectTight({ policy, pair }: Suggested): Promise<void> {
  expect(await checkPolicy({ ...pair, policy })).to.include({ holds: true });
  for (const [index, rule] of policy.rules.entries()) {
    for (const tighter of [
      ...(rule.maxResidualSq > 0n ? [{ ...rule, maxResidualSq: rule.maxResidualSq - 1n }] : []),
      ...(rule.maxNonzeros > 0n ? [{ ...rule, maxNonzeros: rule.maxNonzeros - 1n }] : []),
    ]) {
      const rules = policy.rules.map((each, i) => (i === index ? tighter : each));
      const report = await checkPolicy({ ...pair, policy: { ...policy, rules } });
      const broken = report.rules.filter(({ violations }) => violations.length > 0).map((each) => each.rule);
      expect(broken, `rule ${index}`).to.deep.equal([index]);
    }
  }
}

describe("suggesting a policy", () => {
  it("full fine-tunes: norms that together are exactly the change", async () => {
    const totals = [
      ["transformer/base", "transformer/full", 9769287096041n],
      ["cnn/base", "cnn/finetuned", 30651938374820n],
      ["mlp/base", "mlp/finetuned", 88482246608201n],
    ] as const;
    for (const [base, tuned, total] of totals) {
      const suggested = await suggest(base, tuned, "large");
      const sum = suggested.policy.rules.reduce((all, { maxResidualSq }) => all + maxResidualSq, 0n);
      expect(sum, tuned).to.equal(total);
      expect(Object.keys(kindsOf(suggested))).to.deep.equal(["norm"]);
      await expectTight(suggested);
      await suggested.pair.close();
    }
  });

  it("500 single weights: sparse rules of 500 together, all else frozen", async () => {
    const suggested = await suggest("transformer/base", "transformer/sparse", "medium");
    expect(Object.keys(kindsOf(suggested))).to.deep.equal(["sparse"]);
    expect(suggested.rules).to.have.length(6);
    const { rules } = suggested.policy;
    expect(rules.reduce((all, { maxNonzeros }) => all + maxNonzeros, 0n)).to.equal(500n);
    expect(rules.every(({ maxResidualSq }) => maxResidualSq === 0n)).to.equal(true);
    await expectTight(suggested);
    await suggested.pair.close();
  });
});
