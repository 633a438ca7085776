import { expect } from "chai";
import { parsePolicy } from "../../../src/policy/policy-file.js";
import { policyId } from "../../../src/policy/rule.js";
import { runCli, runJson, Workplace } from "../../support/cli.js";
import { fixturePath, openPair, uncommittedFile } from "../../support/fixture-pairs.js";

describe("fti policy suggest", () => {
  let place: Workplace;
  let base: readonly string[];
  const tune = (name: string): readonly string[] => [...base, "--tune-weights", fixturePath(name)];

  before(async () => {
    place = await Workplace.open();
    const pair = await openPair("transformer/base", "transformer/sparse", "medium", 20);
    await place.write("base.model.json", uncommittedFile(pair.manifest));
    await pair.close();
    base = ["--base", place.path("base.model.json"), "--base-weights", fixturePath("transformer/base")];
  });

  after(() => place.close());

  it("writes a policy that holds, and a document that compiles to it", async () => {
    const [policy, document] = [place.path("policy.json"), place.path("policy.yaml")];
    const json = await runJson([
      "policy",
      "suggest",
      ...tune("transformer/sparse"),
      "-o",
      policy,
      "--document",
      document,
    ]);
    expect(json["kinds"]).to.deep.equal(["sparse", "sparse", "sparse", "sparse", "sparse", "sparse"]);
    const read = parsePolicy(await place.read("policy.json"), policy);
    expect(json["policyId"]).to.equal(policyId(read));
    const checked = await runJson(["policy", "check", "--policy", policy, ...tune("transformer/sparse")]);
    expect(checked).to.include({ holds: true });
    // Another fine-tune does not keep it.
    await runJson(["policy", "check", "--policy", policy, ...tune("transformer/full")], 1);
    const made = ["policy", "make", document, "--base", place.path("base.model.json"), "-o", place.path("made.json")];
    expect(await runJson(made)).to.include({ policyId: policyId(read) });
  });

  it("takes an adapter over the base's weights, and says why rules are what they are", async () => {
    const adapter = fixturePath("transformer/base").replace("base.safetensors", "lora");
    const pair = await openPair("transformer/base", "transformer/full", "medium");
    const path = await place.write("medium.model.json", uncommittedFile(pair.manifest));
    await pair.close();
    const { exitCode, stdout } = await runCli([
      ...["policy", "suggest", "--base", path, "--base-weights", fixturePath("transformer/base")],
      ...["--tune-weights", adapter, "-o", place.path("adapter.json")],
    ]);
    expect(exitCode).to.equal(0);
    expect(
      stdout.match(/low rank: rank 4 leaves [\d.e-]+, no more than rounding to the stored dtypes and to steps of/gu),
    ).to.have.length(4);
  });

  it("leaves room where it is asked for", async () => {
    const widths: bigint[] = [];
    for (const margin of ["0", "10%"]) {
      const output = place.path(`margin-${widths.length}.json`);
      await runJson([
        "policy",
        "suggest",
        ...tune("transformer/full"),
        "--max-rank",
        "0",
        "--margin",
        margin,
        "--exact",
        "-o",
        output,
      ]);
      const { rules } = parsePolicy(await place.read(`margin-${widths.length}.json`), output);
      widths.push(rules[0]?.maxResidualSq ?? 0n);
    }
    expect(widths[1]).to.equal((widths[0]! * 121n) / 100n);
  });

  it("rounds bounds up to two digits, unless they are to be exact", async () => {
    const boundsOf = async (name: string, ...more: string[]): Promise<bigint[]> => {
      const argv = ["policy", "suggest", ...tune("transformer/sparse"), "--margin", "3%", "-o", place.path(name)];
      await runJson([...argv, ...more]);
      return parsePolicy(await place.read(name), name).rules.map(({ maxNonzeros }) => maxNonzeros);
    };
    const [rounded, exact] = [await boundsOf("rounded.json"), await boundsOf("exact.json", "--exact")];
    expect(exact.some((bound) => bound % 10n !== 0n && bound > 100n) || exact.some((bound) => bound > 99n)).to.equal(
      true,
    );
    for (const bound of rounded) expect(String(bound)).to.match(/^\d{1,2}0*$/u);
    for (const [i, bound] of exact.entries()) expect(rounded[i]! >= bound).to.equal(true);
    expect(exact.map(String)).to.not.deep.equal(rounded.map(String));
  });

  it("exits with 2 for a margin that is no percentage", async () => {
    const { exitCode, stderr } = await runCli(["policy", "suggest", ...tune("transformer/full"), "--margin", "much"]);
    expect(exitCode).to.equal(2);
    expect(stderr).to.include("expected a percentage such as 10");
  });
});
