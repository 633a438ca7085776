import { expect } from "chai";
import { encodePolicy, parsePolicy } from "../../../src/drift/policy-file.js";
import { policyId, type Policy } from "../../../src/drift/rule.js";
import { FormatError } from "../../../src/errors/errors.js";

const policy: Policy = {
  baseModelId: `0x${"12".repeat(32)}`,
  rules: [
    { firstTile: 0, tileCount: 4, gridCols: 2, maxRank: 2, shift: 3, maxNonzeros: 5n, maxResidualSq: 2n ** 99n },
    { firstTile: 9, tileCount: 1, gridCols: 0, maxRank: 0, shift: 0, maxNonzeros: 0n, maxResidualSq: 7n },
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
      [text.replace('"version": 1', '"version": 2'), "version"],
      [text.replace('"rules"', '"more": 1, "rules"'), "more"],
      [text.replace('"maxResidualSq": "7"', '"maxResidualSq": 7'), "rules.1.maxResidualSq"],
      [text.replace('"maxResidualSq": "7"', '"maxResidualSq": "07"'), "rules.1.maxResidualSq"],
      [text.replace('"firstTile": 9', '"firstTile": -9'), "rules.1.firstTile"],
      [text.slice(0, -4), "not JSON"],
    ];
    for (const [changed, word] of cases) expect(() => parsePolicy(changed, "p.json"), word).to.throw(FormatError, word);
  });
});
