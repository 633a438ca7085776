import { expect } from "chai";
import { encodePolicy, parsePolicy } from "../../../src/policy/policy-file.js";
import { policyId, type Policy } from "../../../src/policy/rule.js";
import { flatRule } from "../../support/rules.js";
import { FormatError } from "../../../src/errors/errors.js";

const policy: Policy = {
  baseModelId: `0x${"12".repeat(32)}`,
  rules: [
    { ...flatRule(0, 4, { maxNonzeros: 5n, maxResidualSq: 2n ** 99n, unit: -5 }), gridCols: 2, maxRank: 2, shift: 3 },
    { ...flatRule(9, 1, { maxResidualSq: 7n }), ranges: [9, 11].map((firstTile) => ({ firstTile, tileCount: 1 })) },
  ],
};

describe("policy files", () => {
  it("are read as they were written", () => {
    expect(parsePolicy(encodePolicy(policy), "p.json")).to.deep.equal(policy);
    expect(encodePolicy(policy)).to.include(policyId(policy));
  });

  it("refuse rules that do not give the id", () => {
    const edited = encodePolicy(policy).replace('"maxResidualSq": "7"', '"maxResidualSq": "8"');
    expect(() => parsePolicy(edited, "p.json")).to.throw(FormatError, "p.json: the policy id");
  });

  it("refuse other versions, unknown fields, numbers for bounds and what is not JSON", () => {
    const text = encodePolicy(policy);
    const cases: readonly (readonly [string, string])[] = [
      [text.replace('"version": 2', '"version": 1'), "version"],
      [text.replace('"rules"', '"more": 1, "rules"'), "more"],
      [text.replace('"maxResidualSq": "7"', '"maxResidualSq": 7'), "rules.1.maxResidualSq"],
      [text.replace('"maxResidualSq": "7"', '"maxResidualSq": "07"'), "rules.1.maxResidualSq"],
      [text.replace('"firstTile": 9', '"firstTile": -9'), "rules.1.ranges.0.firstTile"],
      [text.slice(0, -4), "not JSON"],
    ];
    for (const [changed, word] of cases) expect(() => parsePolicy(changed, "p.json"), word).to.throw(FormatError, word);
  });
});
