import { expect } from "chai";
import type { Rule } from "../../../src/policy/rule.js";
import { checkPolicy } from "../../../src/authoring/check-policy.js";
import type { PolicyReport } from "../../../src/authoring/check-report.js";
import { describeReport } from "../../../src/authoring/check-words.js";
import type { Manifest } from "../../../src/quantize/manifest.js";
import type { TierName } from "../../../src/protocol/tiers.js";
import { flatRule } from "../../support/rules.js";
import { openPair } from "../../support/fixture-pairs.js";

const BASE_ID = `0x${"11".repeat(32)}` as const;

type Bounds = Partial<Pick<Rule, "maxNonzeros" | "maxResidualSq">>;

/** A rule over tiles without a rank bound. */
function plainRule(firstTile: number, tileCount: number, bounds: Bounds): Rule {
  return flatRule(firstTile, tileCount, { unit: 20, ...bounds });
}

async function check(
  base: string,
  tuned: string,
  tier: TierName,
  rulesOf: (manifest: Manifest) => readonly Rule[],
  fractionBits: number | "auto" = 20,
): Promise<{ report: PolicyReport; words: string[] }> {
  const pair = await openPair(base, tuned, tier, fractionBits);
  try {
    const policy = { baseModelId: BASE_ID, rules: rulesOf(pair.manifest) };
    const report = await checkPolicy({ ...pair, policy });
    return { report, words: describeReport(report) };
  } finally {
    await pair.close();
  }
}

const whole =
  (bounds: Bounds) =>
  (manifest: Manifest): Rule[] => [plainRule(0, manifest.tileCount, bounds)];

describe("checking a policy against a change", () => {
  it("accepts a norm bound that is exactly the change's, and refuses one less with both numbers", async () => {
    // Σ of the fixtures' totals at f = 20, computed independently of this code.
    const totals = [
      ["transformer/base", "transformer/full", 9769287096041n],
      ["cnn/base", "cnn/finetuned", 30651938374820n],
      ["mlp/base", "mlp/finetuned", 88482246608201n],
    ] as const;
    for (const [base, tuned, total] of totals) {
      const accepted = await check(base, tuned, "large", whole({ maxResidualSq: total }));
      expect(accepted.report.holds, tuned).to.equal(true);
      expect(accepted.report.rules[0]?.residual.sumSquares).to.equal(total);
      const refused = await check(base, tuned, "large", whole({ maxResidualSq: total - 1n }));
      expect(refused.report.holds, tuned).to.equal(false);
      expect(refused.report.rules[0]?.violations.map(({ kind }) => kind)).to.deep.equal(["residual"]);
      expect(refused.words[0]).to.match(
        /^rule 0 \(.*L2 norm of [\d.]+ where [\d.]+ is allowed; the largest entry left/u,
      );
    }
  });

  it("counts single weights: 500 are enough, 499 are not", async () => {
    const files = ["transformer/base", "transformer/sparse", "large"] as const;
    const accepted = await check(...files, whole({ maxNonzeros: 500n }));
    expect(accepted.report.holds).to.equal(true);
    expect(accepted.report.rules[0]?.nonzeros).to.include({ allowed: 500n, used: 500n, needed: 500n });
    const { report, words } = await check(...files, whole({ maxNonzeros: 499n }));
    expect(report.holds).to.equal(false);
    // The smallest of the 500 changes.
    expect(report.rules[0]?.residual.sumSquares).to.equal(1029n ** 2n);
    expect(words).to.have.length(1);
    expect(words[0]).to.include("500 weights change where 499 may");
  });

  it("refuses a full fine-tune as 500 single weights", async () => {
    const { words } = await check("transformer/base", "transformer/full", "large", whole({ maxNonzeros: 500n }));
    expect(words).to.have.length(1);
    expect(words[0]).to.include("268,6").and.to.include("weights change where 500 may");
  });

  it("names every frozen tensor that changed, how many weights and the largest", async () => {
    // The policy is about the first tensor with tiles of its own, in which nothing changed.
    const { report, words } = await check(
      "transformer/base",
      "transformer/sparse",
      "small",
      () => [plainRule(0, 1, { maxNonzeros: 16384n })],
      20,
    );
    expect(report.holds).to.equal(false);
    const names = report.frozenViolations.map(({ tensor }) => tensor);
    expect(names).to.have.length(6);
    expect(report.frozenViolations.reduce((sum, { changedWeights }) => sum + changedWeights, 0)).to.equal(500);
    names.forEach((name, i) => expect(words[i]).to.include(JSON.stringify(name)));
  });

  it("refuses a frozen head by its tensors", async () => {
    const { report } = await check(
      "transformer/base",
      "transformer/head",
      "medium",
      () => [plainRule(0, 1, { maxResidualSq: 2n ** 90n })],
      20,
    );
    expect(report.frozenViolations.map(({ tensor, changedWeights }) => [tensor, changedWeights])).to.deep.equal([
      ["classifier.bias", 10],
      ["classifier.weight", 1280],
    ]);
    expect(report.frozenViolations[1]?.largest.value.toFixed(3)).to.match(/^-?1\.866$/u);
  });

  it("tells a norm within its bound whose entries no table of the tier holds", async () => {
    const { report, words } = await check("transformer/base", "transformer/sparse", "medium", (manifest) => [
      plainRule(0, manifest.tileCount, { maxResidualSq: 2n ** 90n }),
    ]);
    expect(report.rules[0]?.violations.map(({ kind }) => kind)).to.deep.equal(["range"]);
    expect(words[0]).to.match(
      /beyond ±0\.0313, more than an entry of tier medium holds, the largest that is left is -?3\.78 at/u,
    );
  });

  it("refuses a rank over a tensor that no segment of the tier holds", async () => {
    const { report, words } = await check("transformer/base", "transformer/full", "nano", (manifest) => {
      const grid = manifest.tensors.find(({ name }) => name === "model.encoder.layers.0.fc1.weight");
      if (grid?.kind !== "grid") throw new Error("fc1 is no grid");
      const { firstTile, gridRows, gridCols } = grid;
      return [{ ...plainRule(firstTile, gridRows * gridCols, { maxResidualSq: 2n ** 90n }), gridCols, maxRank: 1 }];
    });
    expect(report.rules[0]?.violations.map(({ kind }) => kind)).to.include("segment");
    expect(words.join("\n")).to.include("128 tiles does not fit a segment of tier nano (13 tiles)");
  });
});
