import { expect } from "chai";
import { encodePolicy } from "../../../src/policy/policy-file.js";
import { policyId, type Policy } from "../../../src/policy/rule.js";
import type { Certificate } from "../../../src/certificate/certificate.js";
import { flatRule } from "../../support/rules.js";
import { FormatError, InputError } from "../../../src/errors/errors.js";
import { assertBelongs, parseSubmission, type Submission } from "../../../web/src/submission.js";

const policy: Policy = {
  baseModelId: `0x${"a".repeat(64)}`,
  rules: [flatRule(0, 1, { maxResidualSq: 9n })],
};
const registry = `0x${"1".repeat(40)}` as const;
const account = `0x${"2".repeat(40)}` as const;

describe("what the explorer page registers", () => {
  it("is known by the format that its file names", () => {
    const read = parseSubmission(encodePolicy(policy), "policy.json");
    expect(read).to.deep.include({ kind: "policy", id: policyId(policy), policy });
    for (const [text, words] of [
      ["[]", "nothing that can be registered"],
      ['{"format":"fine-tuning-integrity/else"}', "nothing that can be registered"],
      ["x", "is not JSON"],
      ['{"format":"fine-tuning-integrity/certificate"}', "file.json"],
    ] as const) {
      expect(() => parseSubmission(text, "file.json"), text).to.throw(FormatError, words);
    }
  });

  it("is never a file of secrets", () => {
    const secrets = JSON.stringify({ format: "fine-tuning-integrity/model-secrets", version: 1 });
    expect(() => parseSubmission(secrets, "s.json")).to.throw(FormatError, "secret file");
  });

  it("is refused where its proof would not hold, before anybody pays", () => {
    const certificate = { chainId: 5n, registry, publisher: account } as unknown as Certificate;
    const submission: Submission = { kind: "certificate", id: `0x${"c".repeat(64)}`, certificate };
    const here = { chainId: 5n, registry, account };
    assertBelongs(submission, here);
    expect(() => assertBelongs(submission, { ...here, chainId: 6n })).to.throw(InputError, "chain 5");
    expect(() => assertBelongs(submission, { ...here, registry: account })).to.throw(InputError, registry);
    expect(() => assertBelongs(submission, { ...here, account: registry })).to.throw(InputError, "publisher");
    assertBelongs({ kind: "policy", id: policyId(policy), policy }, { ...here, chainId: 6n });
  });
});
