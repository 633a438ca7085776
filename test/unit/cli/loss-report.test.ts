import { expect } from "chai";
import { parseModel } from "../../../src/commitment/model-file.js";
import { encodePolicy } from "../../../src/policy/policy-file.js";
import { assertSeen, lossJson, lossReport } from "../../../src/cli/loss-report.js";
import type { TensorLoss } from "../../../src/quantize/loss.js";
import { TIERS } from "../../../src/protocol/tiers.js";
import { buildManifest } from "../../../src/quantize/build-manifest.js";
import { encodeSafetensors } from "../../support/encode-safetensors.js";
import { uncommittedFile } from "../../support/fixture-pairs.js";
import { openFile } from "../../support/models.js";
import { runCli, runJson, Workplace } from "../../support/cli.js";
import { testSetup } from "../../support/nano-setup.js";
import { flatRule } from "../../support/rules.js";

/** Weights in ±1 of two tensors; `change` is added to those of `w`. */
function model(change: (index: number) => number = () => 0): Uint8Array {
  const values = Array.from({ length: 256 }, (_, i) => Math.sin(i + 1));
  return encodeSafetensors([
    { name: "still", shape: [16, 16], dtype: "F64", values },
    { name: "w", shape: [16, 16], dtype: "F64", values: values.map((value, i) => value + change(i)) },
  ]);
}

/** Steps of 1/16: most of a change of 0.05 is lost. */
const WEAK = (i: number): number => 0.05 * Math.cos(i);
const TINY = (i: number): number => (i === 3 ? 1e-6 : 0);
const EQUAL =
  "The integers are those of the base, and so is the id: 1 weight differs in the files, each by less than a step.";

describe("how much of a change is seen, in the answers of commands", () => {
  let place: Workplace;
  let pair: string[];
  const at = (name: string): string => place.path(name);
  const tuneTo = (change?: (index: number) => number): Promise<string> =>
    place.write("tuned.safetensors", model(change));

  before(async () => {
    place = await Workplace.open();
    await place.write("base.safetensors", model());
    const opened = await openFile(model());
    const { manifest } = await buildManifest(opened, TIERS.nano, { fractionBits: 4 });
    await place.write("base.json", uncommittedFile(manifest));
    pair = [
      "--base",
      at("base.json"),
      "--base-weights",
      at("base.safetensors"),
      "--tune-weights",
      at("tuned.safetensors"),
    ];
    const { modelId } = parseModel(await place.read("base.json"), "base.json");
    const rules = [flatRule(0, manifest.tileCount, { unit: 4, maxNonzeros: 256n })];
    await place.write("policy.json", encodePolicy({ baseModelId: modelId, rules }));
  });

  after(() => place.close());

  for (const [command, ...more] of [
    ["suggest", "-o", "made.json", "--force"],
    ["check", "--policy", "policy.json"],
  ]) {
    const run = (): string[] => [
      "policy",
      command ?? "",
      ...pair,
      ...more.map((each) => (each.endsWith(".json") ? at(each) : each)),
    ];

    it(`policy ${command} names tensors whose change is lost, and calls the model coarse`, async () => {
      await tuneTo(WEAK);
      const { stdout, stderr, exitCode } = await runCli(run());
      expect(exitCode, stderr).to.equal(0);
      expect(stdout).to.match(
        /256 weights of 1 tensor differ in the files, \d+ in the integers; \d+ % of the change's norm is lost/u,
      );
      expect(stdout).to.match(/w: \d+ % of its change is lost \([\d.]+ % of the tensor's norm\): steps of 0\.0625/u);
      expect(stdout).to.match(/COARSE: .*1 tensor: "w"/u);
      const json = await runJson(run());
      expect(json["loss"]).to.have.lengthOf(1).and.to.have.nested.property("0.changedInFiles", 256);
      expect(json["coarse"]).to.have.nested.property("0.name", "w");
    });
  }

  it("policy suggest makes no policy of files whose integers are equal, and does not call them identical", async () => {
    await tuneTo(TINY);
    const { exitCode, stderr } = await runCli(["policy", "suggest", ...pair, "-o", at("none.json")]);
    expect([exitCode, stderr.includes(EQUAL), stderr.includes("identical")], stderr).to.deep.equal([2, true, false]);
    await tuneTo();
    const same = await runCli(["policy", "suggest", ...pair, "-o", at("none.json")]);
    expect([same.exitCode, same.stderr.includes("equal in all integers")], same.stderr).to.deep.equal([2, true]);
  });

  it("policy check says that the integers are equal", async () => {
    await tuneTo(TINY);
    const { exitCode, stdout } = await runCli(["policy", "check", ...pair, "--policy", at("policy.json")]);
    expect([exitCode, stdout.includes(EQUAL)], stdout).to.deep.equal([0, true]);
  });

  it("says of a private model only that it is coarse, by names", () => {
    const loss: TensorLoss = {
      ...{ name: "w", fractionBits: 4, weights: 9, changedInFiles: 9, changedInIntegers: 1, outOfRange: 0 },
      ...{ changeNorm: 0.1, lostNorm: 0.05, ownNorm: 1 },
    };
    const report = lossReport([loss], { isPrivate: true });
    expect(report.lines).to.have.lengthOf(1);
    expect(report.lines[0]).to.match(/^COARSE: .*: "w"\.$/u);
    expect(lossJson(report)).to.deep.equal({ coarse: [{ name: "w" }] });
    const open = lossReport([loss], { isPrivate: false, stated: [{ name: "other" }] });
    expect(lossJson(open)).to.deep.equal({ coarse: [{ name: "other" }], loss: [loss] });
    expect(() => assertSeen([loss], "t")).not.to.throw();
  });

  describe("fti prove", () => {
    const commit = async (change: (index: number) => number): Promise<string[]> => {
      await tuneTo(change);
      const ofBase = ["--base", at("b.json"), "--base-weights", at("base.safetensors")];
      await runJson([
        "commit",
        at("base.safetensors"),
        "--tier",
        "nano",
        "--fraction-bits",
        "4",
        "-o",
        at("b.json"),
        "--force",
      ]);
      await runJson(["commit", at("tuned.safetensors"), ...ofBase, "--allow-coarse", "-o", at("t.json"), "--force"]);
      const { modelId, parts } = parseModel(await place.read("b.json"), "b.json");
      const rules = [flatRule(0, parts.tileCount, { unit: 4, maxNonzeros: 256n })];
      await place.write("p.json", encodePolicy({ baseModelId: modelId, rules }));
      return [
        ...[
          "prove",
          ...ofBase,
          "--tune",
          at("t.json"),
          "--tune-weights",
          at("tuned.safetensors"),
          "--policy",
          at("p.json"),
        ],
        ...["--registry", `0x${"11".repeat(20)}`, "--chain-id", "1", "--publisher", `0x${"22".repeat(20)}`],
        ...["-o", at("c.json")],
      ];
    };

    before(() => testSetup());

    it("has nothing to prove of files whose integers are equal, and does not call them identical", async () => {
      const { exitCode, stderr } = await runCli(await commit(TINY));
      expect([exitCode, stderr.includes(EQUAL), stderr.includes("identical")], stderr).to.deep.equal([2, true, false]);
    });

    it("says with its plan that the model is coarse", async () => {
      const argv = [...(await commit(WEAK)), "--plan"];
      expect((await runCli(argv)).stdout).to.match(/COARSE: .*1 tensor: "w"/u);
      expect(await runJson(argv)).to.have.nested.property("coarse.0.name", "w");
    });
  });
});
