import { expect } from "chai";
import { recognizeArchitecture } from "../../../src/model/architecture/recognize.js";
import type { Policy } from "../../../src/policy/rule.js";
import { checkPolicy } from "../../../src/authoring/check-policy.js";
import { describeReport } from "../../../src/authoring/check-words.js";
import { compilePolicy } from "../../../src/policy/compile-policy.js";
import { measureBase } from "../../../src/policy/measure-base.js";
import { suggestPolicy } from "../../../src/authoring/suggest-policy.js";
import type { SuggestedClass, SuggestedPolicy, SuggestOptions } from "../../../src/authoring/suggest-report.js";
import { InputError } from "../../../src/errors/errors.js";
import { expectError } from "../../support/rejects.js";
import type { TierName } from "../../../src/protocol/tiers.js";
import { openPair, type FixturePair } from "../../support/fixture-pairs.js";

const LORA_TENSORS = [0, 1].flatMap((layer) =>
  ["q", "v"].map((which) => `model.encoder.layers.${layer}.self_attn.${which}_proj.weight`),
);
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
  opened.push(pair);
  const suggested = await suggestPolicy({
    ...pair,
    baseModelId: BASE_ID,
    noiseOf: pair.noiseOf,
    options: { isExact: true, ...options },
  });
  return { ...suggested, pair };
}

/** Closed after every test. */
const opened: FixturePair[] = [];

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
  afterEach(async () => {
    for (const pair of opened.splice(0)) await pair.close();
  });

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
    }
  });

  it("calls rounding what the dtypes explain, not what a coarse step hides", async () => {
    const rounded = await suggest("transformer/base", "transformer/base-bf16", "large");
    expect(Object.keys(kindsOf(rounded))).to.deep.equal(["rounding"]);
    expect(rounded.reasons[0]).to.match(/which rounding to the dtypes of the two files explains/u);
    // Not exact: what the preset allows, which tells nothing of the fine-tune.
    const { policy, pair } = await suggest("transformer/base", "transformer/base-bf16", "large", 20, {
      isExact: false,
    });
    const preset = await compilePolicy({
      ...{ ...pair, baseModelId: BASE_ID, architecture: recognizeArchitecture(pair.manifest.tensors) },
      ...{
        document: { version: 1, preset: "rounding-only(bf16)" },
        base: measureBase(pair.models.base, pair.manifest),
      },
    });
    const budget = ({ rules }: Policy): bigint => rules.reduce((sum, { maxResidualSq }) => sum + maxResidualSq, 0n);
    expect(budget(policy)).to.equal(budget(preset.policy));
    // A fine-tune in float32, of which steps of 1/64 show little more than themselves.
    const hidden = await suggest("transformer/base", "transformer/full", "large", 6);
    expect(kindsOf(hidden)).to.not.have.any.keys("rounding", "low-rank", "low-rank-and-sparse");
    expect(hidden.reasons.join()).to.match(
      /no more than rounding to the stored dtypes and to steps of 2\^-6 explains, so no rank is visible/u,
    );
  });

  it("500 single weights: sparse rules of 500 together, all else frozen", async () => {
    const suggested = await suggest("transformer/base", "transformer/sparse", "medium");
    expect(Object.keys(kindsOf(suggested))).to.deep.equal(["sparse"]);
    expect(suggested.rules).to.have.length(6);
    const { rules } = suggested.policy;
    expect(rules.reduce((all, { maxNonzeros }) => all + maxNonzeros, 0n)).to.equal(500n);
    expect(rules.every(({ maxResidualSq }) => maxResidualSq === 0n)).to.equal(true);
    await expectTight(suggested);
  });

  for (const dtype of ["f32", "f16", "bf16"]) {
    it(`a LoRA merged in ${dtype}: rank 4 on four tensors, a residual of rounding, all else frozen`, async () => {
      const base = dtype === "f32" ? "transformer/base" : `transformer/base-${dtype}`;
      for (const tier of ["small", "medium"] as const) {
        const suggested = await suggest(base, `transformer/lora-merged-${dtype}`, tier, "auto");
        const { rules, pair } = suggested;
        expect(
          rules.map(({ kind, tensors, rule }) => [kind, ...tensors, rule.maxRank, rule.maxNonzeros]),
        ).to.deep.equal(LORA_TENSORS.map((name) => ["low-rank", name, 4, 0n]));
        for (const { rule, tensors } of rules) {
          const noise = await pair.noiseOf(tensors[0] ?? "");
          expect(Math.sqrt(Number(rule.maxResidualSq) / 4 ** rule.shift / noise) <= 1.5, tier).to.equal(true);
        }
        expect(await checkPolicy({ ...pair, policy: suggested.policy })).to.include({ holds: true });
        // One rank less leaves hundreds of times as much.
        const lower = suggested.policy.rules.map((rule) => ({ ...rule, maxRank: 3 }));
        const report = await checkPolicy({ ...pair, policy: { ...suggested.policy, rules: lower } });
        for (const { residual, allowedResidual, violations } of report.rules) {
          expect(violations.map(({ kind }) => kind)).to.include("residual");
          expect(residual.norm > 20 * allowedResidual.norm, tier).to.equal(true);
        }
      }
    });
  }

  it("a LoRA plus 200 single weights elsewhere: both, in rules of their own", async () => {
    // So fine that the smallest of the 200 changes, 5 units of 2^-20, is one.
    const suggested = await suggest("transformer/base", "transformer/lora-plus-sparse", "medium", 19);
    const sparse = suggested.rules.filter(({ kind }) => kind === "sparse");
    expect(sparse.reduce((sum, { rule }) => sum + rule.maxNonzeros, 0n)).to.equal(200n);
    expect(sparse.every(({ tensors }) => !LORA_TENSORS.some((name) => tensors.includes(name)))).to.equal(true);

    const coarse = await suggest("transformer/base", "transformer/lora-plus-sparse", "medium", "auto");
    expect(kindsOf(coarse)).to.deep.equal({ "low-rank": 4, sparse: 2 });
    await expectTight(coarse);
    // Rank 4 alone: the single weights are in frozen tensors.
    const lora = coarse.policy.rules.filter(({ maxRank }) => maxRank > 0);
    const { holds, frozenViolations } = await checkPolicy({
      ...coarse.pair,
      policy: { ...coarse.policy, rules: lora },
    });
    expect(holds).to.equal(false);
    expect(frozenViolations.map(({ tensor }) => tensor)).to.deep.equal(
      coarse.rules.filter(({ kind }) => kind === "sparse").flatMap(({ tensors }) => tensors),
    );
  });

  it("a LoRA plus 200 single weights inside one of its tensors: rank 4 plus 200, and neither alone nor 199", async () => {
    const suggested = await suggest("transformer/base", "transformer/lora-plus-sparse-same", "medium", "auto");
    const { policy, pair } = suggested;
    expect(kindsOf(suggested)).to.deep.equal({ "low-rank": 3, "low-rank-and-sparse": 1 });
    const mixed = policy.rules.findIndex(({ maxNonzeros }) => maxNonzeros > 0n);
    expect(policy.rules[mixed]).to.include({ maxRank: 4, maxNonzeros: 200n });
    expect(await checkPolicy({ ...pair, policy })).to.include({ holds: true });
    for (const maxNonzeros of [199n, 0n]) {
      const rules = policy.rules.map((rule, i) => (i === mixed ? { ...rule, maxNonzeros } : rule));
      const report = await checkPolicy({ ...pair, policy: { ...policy, rules } });
      expect(report.rules.filter(({ violations }) => violations.length > 0).map(({ rule }) => rule)).to.deep.equal([
        mixed,
      ]);
      const [words] = describeReport(report);
      expect(words).to.match(
        maxNonzeros === 0n ? /rank 4 leaves a residual of/u : /rank 4 and 199 single weights leave a residual of/u,
      );
    }
  });

  it('a backdoored "LoRA": norms only; the honest one\'s policy refuses it by tensor and rank', async () => {
    const honest = await suggest("transformer/base", "transformer/lora-merged-f32", "medium", "auto");
    const suggested = await suggest("transformer/base", "transformer/backdoor", "medium", "auto");
    expect(kindsOf(suggested)).to.deep.equal({ norm: 4 });
    const report = await checkPolicy({ ...suggested.pair, policy: honest.policy });
    expect(report.rules.map(({ tensors, rank }) => [...tensors, rank?.allowed, rank?.measured])).to.deep.equal(
      LORA_TENSORS.map((name) => [name, 4, 128]),
    );
    const residuals = describeReport(report).filter((line) => line.includes("leaves a residual of"));
    expect(residuals).to.have.length(4);
    residuals.forEach((line, i) => {
      expect(line).to.include(LORA_TENSORS[i]).and.to.include("; the change has rank 128;");
    });
  });

  it("a new head: everything else frozen", async () => {
    const suggested = await suggest("transformer/base", "transformer/head", "medium", "auto");
    expect(suggested.rules.flatMap(({ tensors }) => tensors).sort()).to.deep.equal([
      "classifier.bias",
      "classifier.weight",
    ]);
    expect(suggested.reasons.join("\n")).to.match(/\d+ other tensors? that did not change shares? tiles with it/u);
    await expectTight(suggested);

    const cnn = await suggest("cnn/base", "cnn/frozen-conv", "small", "auto");
    expect(cnn.rules.flatMap(({ tensors }) => tensors).sort()).to.deep.equal(["fc.bias", "fc.weight"]);
  });

  it("an overwritten model: only norms larger than the base's", async () => {
    const { rules, reasons } = await suggest("transformer/base", "transformer/overwrite", "medium", "auto");
    expect(rules.every(({ kind }) => kind === "norm" || kind === "free")).to.equal(true);
    expect(reasons.some((reason) => /1[0-9][0-9] % of the base's/u.test(reason))).to.equal(true);
  });

  it("leaves the room that was asked for, and says when rules were joined", async () => {
    const tight = await suggest("transformer/base", "transformer/full", "small", "auto");
    const wide = await suggest("transformer/base", "transformer/full", "small", "auto", { marginPercent: 10 });
    // As many as a segment has places; small tensors do not share the budgets of large ones.
    expect(tight.policy.rules).to.have.length(4);
    expect(tight.reasons.at(-1)).to.match(/^\d+ rules are more than the 4 of a segment/u);
    const norms = tight.policy.rules.map(({ maxResidualSq, unit }) => Math.sqrt(Number(maxResidualSq)) * 2 ** -unit);
    expect(Math.max(...norms) / Math.min(...norms)).to.be.greaterThan(5);
    tight.policy.rules.forEach(({ maxResidualSq }, i) => {
      expect(wide.policy.rules[i]?.maxResidualSq).to.equal((maxResidualSq * 121n) / 100n);
    });
  });

  it("rounds bounds up to two significant digits unless exact ones are asked for", async () => {
    const exact = await suggest("transformer/base", "transformer/full", "small", "auto");
    const rounded = await suggest("transformer/base", "transformer/full", "small", "auto", { isExact: false });
    rounded.policy.rules.forEach(({ maxResidualSq, unit }, i) => {
      const measured = exact.policy.rules[i]?.maxResidualSq ?? 0n;
      expect(maxResidualSq > measured && maxResidualSq < (measured * 125n) / 100n).to.equal(true);
      const norm = Math.sqrt(Number(maxResidualSq)) * 2 ** -unit;
      expect(norm).to.be.closeTo(Number(norm.toPrecision(2)), norm * 1e-6);
    });
    const sparse = await suggest("transformer/base", "transformer/sparse", "large", 20, { isExact: false });
    for (const { maxNonzeros } of sparse.policy.rules) {
      expect(Number(maxNonzeros)).to.equal(Number(Number(maxNonzeros).toPrecision(2)));
    }
  });

  it("refuses to suggest anything for identical models, and ranks that the tier has not", async () => {
    await expectError(
      () => suggest("transformer/base", "transformer/base", "small"),
      InputError,
      "equal in all integers",
    );
    await expectError(
      () => suggest("transformer/base", "transformer/full", "small", 14, { maxRank: 5 }),
      InputError,
      "the largest rank is 5",
    );
  });
});
