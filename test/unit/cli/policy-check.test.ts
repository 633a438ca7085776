import { expect } from "chai";
import { parseModel } from "../../../src/commitment/model-file.js";
import { encodePolicy } from "../../../src/policy/policy-file.js";
import { fixturePath, openPair, uncommittedFile } from "../../support/fixture-pairs.js";
import { flatRule } from "../../support/rules.js";
import { runCli, runJson, Workplace } from "../../support/cli.js";

describe("fti policy check", () => {
  let place: Workplace;
  let files: readonly string[];
  const policyFile = async (maxNonzeros: bigint, baseModelId?: `0x${string}`): Promise<readonly string[]> => {
    const committed = parseModel(await place.read("base.model.json"), "base.model.json");
    const policy = {
      baseModelId: baseModelId ?? committed.modelId,
      rules: [flatRule(0, committed.parts.tileCount, { maxNonzeros, unit: 20 })],
    };
    return ["--policy", await place.write("policy.json", encodePolicy(policy))];
  };

  before(async () => {
    place = await Workplace.open();
    const pair = await openPair("transformer/base", "transformer/sparse", "medium", 20);
    await place.write("base.model.json", uncommittedFile(pair.manifest));
    await pair.close();
    files = [
      ...["--base", place.path("base.model.json"), "--base-weights", fixturePath("transformer/base")],
      ...["--tune-weights", fixturePath("transformer/sparse")],
    ];
  });

  after(() => place.close());

  it("exits with 0 and a table if the policy holds", async () => {
    const { exitCode, stdout } = await runCli(["policy", "check", ...(await policyFile(500n)), ...files]);
    expect(exitCode).to.equal(0);
    expect(stdout)
      .to.match(/500 of 268,682/u)
      .and.to.include("The fine-tune keeps the policy.");
  });

  it("exits with 1 and says which rule is broken, where and by how much", async () => {
    const argv = ["policy", "check", ...(await policyFile(499n)), ...files];
    const { exitCode, stdout } = await runCli(argv);
    expect(exitCode).to.equal(1);
    expect(stdout)
      .to.include("is broken")
      .and.to.include("500 weights change where 499 may; the largest entry left is");
    const json = await runJson(argv, 1);
    expect(json).to.deep.include({ holds: false, frozenViolations: [] });
    expect(json["rules"]).to.have.nested.property("0.residual.sumSquares", String(1029 ** 2));
    expect(json["words"]).to.have.length(1);
  });

  it("exits with 2 for a policy about another base", async () => {
    const argv = ["policy", "check", ...(await policyFile(500n, `0x${"22".repeat(32)}`)), ...files];
    const { exitCode, stderr } = await runCli(argv);
    expect(exitCode).to.equal(2);
    expect(stderr).to.include("is about model 0x2222").and.to.include("Give the base for which the policy was made.");
  });
});
