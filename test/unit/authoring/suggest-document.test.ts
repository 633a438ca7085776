import { expect } from "chai";
import fc from "fast-check";
import { stringify } from "yaml";
import { recognizeArchitecture } from "../../../src/model/architecture/recognize.js";
import type { Rule } from "../../../src/policy/rule.js";
import { compilePolicy } from "../../../src/policy/compile-policy.js";
import { parseDecimal } from "../../../src/policy/decimal.js";
import { parsePolicyDocument } from "../../../src/policy/policy-document.js";
import { documentOf, normText } from "../../../src/authoring/suggest-document.js";
import { suggestPolicy } from "../../../src/authoring/suggest-policy.js";
import { openPair } from "../../support/fixture-pairs.js";

const BASE_ID = `0x${"11".repeat(32)}` as const;
const SEED = 20261123;

describe("a suggested policy as a document", () => {
  it(`writes norms whose square rounds down to the bound (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 99n), fc.integer({ min: -20, max: 40 }), (bound, fractionBits) => {
        const { numerator, denominator } = parseDecimal(normText(bound, fractionBits), "norm");
        const [up, down] = [4n ** BigInt(Math.max(0, fractionBits)), 4n ** BigInt(Math.max(0, -fractionBits))];
        expect((numerator ** 2n * up) / (denominator ** 2n * down)).to.equal(bound);
      }),
      { seed: SEED },
    );
    expect(normText(4n, 1)).to.equal("1");
    expect(normText(1n, 2)).to.equal("0.3");
  });

  for (const [base, tuned, tier] of [
    ["transformer/base", "transformer/full", "small"],
    ["transformer/base", "transformer/sparse", "medium"],
    ["transformer/base", "transformer/head", "medium"],
    ["transformer/base-bf16", "transformer/lora-merged-bf16", "medium"],
    ["transformer/base", "transformer/lora-plus-sparse-same", "medium"],
    ["mlp/base", "mlp/finetuned", "small"],
  ] as const) {
    it(`${tuned} at ${tier}: compiles to the policy that was suggested`, async () => {
      const pair = await openPair(base, tuned, tier);
      try {
        const { manifest } = pair;
        const suggested = await suggestPolicy({ ...pair, baseModelId: BASE_ID, options: { isExact: true } });
        const document = parsePolicyDocument(stringify(documentOf(suggested, manifest)), "policy.yaml");
        const architecture = recognizeArchitecture(manifest.tensors);
        const { policy } = await compilePolicy({
          document,
          baseModelId: BASE_ID,
          manifest,
          architecture,
          tier: pair.tier,
        });
        const inSteps = (rule: Rule): Rule => {
          const step = 4n ** BigInt(rule.shift);
          return { ...rule, maxResidualSq: ((rule.maxResidualSq + step - 1n) / step) * step };
        };
        expect(policy.rules).to.deep.equal(suggested.policy.rules.map(inSteps));
      } finally {
        await pair.close();
      }
    });
  }
});
