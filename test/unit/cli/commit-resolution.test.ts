import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { parseModel, parseSecrets } from "../../../src/commitment/model-file.js";
import { runCli, runJson, Workplace } from "../../support/cli.js";
import { encodeSafetensors } from "../../support/encode-safetensors.js";
import { testSetup } from "../../support/nano-setup.js";

/** Weights in ±1 with a pinned one, and a mask with infinities; `w` differs by what `change` says. */
function model(change: (index: number) => number = () => 0, mask = -Infinity, pinned = 1e12): Uint8Array {
  const values = Array.from({ length: 1024 }, (_, i) => Math.sin(i + 1) + change(i));
  values[700] = pinned;
  return encodeSafetensors([
    { name: "mask", shape: [3], dtype: "F32", values: [0, mask, 1] },
    { name: "w", shape: [32, 32], dtype: "F64", values },
  ]);
}

describe("fti commit and the resolution", () => {
  let place: Workplace;
  const at = (name: string): string => place.path(name);
  const ofBase = (): string[] => ["--base", at("base.json"), "--base-weights", at("base.safetensors")];
  const commitTune = (...more: string[]): string[] => ["commit", at("tuned.safetensors"), ...ofBase(), ...more];

  before(async () => {
    await testSetup();
    place = await Workplace.open();
    await place.write("base.safetensors", model());
    const { explanation } = await runJson(["commit", at("base.safetensors"), "--tier", "nano", "-o", at("base.json")]);
    const lines = (explanation as string[]).join("\n");
    expect(lines).to.include("4 fraction bits for 1 tensor").and.to.include("of a tensor's r.m.s.");
    expect(lines).to.include("w: one weight is pinned (index 700 is 1000000000000)");
    expect(lines).to.include("mask holds infinities");
  });

  after(() => place.close());

  it("refuses a fine-tune whose change the steps do not resolve, and says so in its file if it is allowed", async () => {
    await place.write(
      "tuned.safetensors",
      model((i) => 0.01 * Math.cos(i)),
    );
    const refused = await runCli(commitTune("-o", at("tuned.json")));
    expect(refused.exitCode).to.equal(2);
    expect(refused.stderr).to.match(/w loses \d+ % of its change/u);
    expect(refused.stderr).to.include("--allow-coarse").and.to.include('--fraction-bits "w=');
    const json = await runJson(commitTune("--allow-coarse", "-o", at("tuned.json")));
    const { coarse } = parseModel(await place.read("tuned.json"), "tuned.json");
    expect(coarse?.map(({ name }) => name)).to.deep.equal(["w"]);
    expect(json["coarse"]).to.deep.equal(coarse);
    expect(json["loss"]).to.have.lengthOf(1);
  });

  it("takes fraction bits by tensor, with which the same change is not coarse", async () => {
    const base = ["commit", at("base.safetensors"), "--tier", "nano", "--fraction-bits", "w=14", "-o", at("fine.json")];
    await runJson(base);
    const argv = [
      "commit",
      at("tuned.safetensors"),
      "--base",
      at("fine.json"),
      "--base-weights",
      at("base.safetensors"),
    ];
    const { coarse } = await runJson([...argv, "-o", at("fine-tuned.json")]);
    expect(coarse).to.deep.equal([]);
    const { exitCode, stderr } = await runCli(commitTune("--fraction-bits", "w=14", "-o", at("none.json")));
    expect([exitCode, stderr.includes("inherits")]).to.deep.equal([2, true]);
  });

  it("says that unequal files have one id", async () => {
    await place.write(
      "tuned.safetensors",
      model((i) => (i === 3 ? 1e-6 : 0)),
    );
    const { exitCode, stdout } = await runCli(commitTune("--allow-coarse", "-o", at("same.json")));
    expect(exitCode).to.equal(0);
    expect(stdout).to.include("The integers are those of the base, and so is the id: 1 weight differs in the files");
    expect((await runJson(commitTune("--allow-coarse", "-o", at("same2.json"))))["modelId"]).to.equal(
      parseModel(await place.read("base.json"), "base.json").modelId,
    );
  });

  for (const [what, bytes, word] of [
    ["a pinned weight", model(() => 0, -Infinity, 1.5e12), "index 700"],
    ["a tensor with infinities", model(() => 0, -5), '"mask"'],
  ] as const) {
    it(`refuses a fine-tune that changes ${what}, also if coarse ones are allowed`, async () => {
      await place.write("tuned.safetensors", bytes);
      for (const more of [[], ["--allow-coarse"]]) {
        const { exitCode, stderr } = await runCli(commitTune(...more, "-o", at("none.json")));
        expect([exitCode, stderr.includes(word)], stderr).to.deep.equal([2, true]);
      }
    });
  }

  it("puts nothing into public output that confirms a guess of a private model's file", async () => {
    await place.write(
      "tuned.safetensors",
      model((i) => (i < 9 ? 0.5 : 0)),
    );
    const digests = await Promise.all(
      ["base", "tuned"].map(async (name) =>
        createHash("sha256")
          .update(await readFile(at(`${name}.safetensors`)))
          .digest("hex"),
      ),
    );
    const commit = (name: string): string[] => [
      ...["commit", at(`${name}.safetensors`), "--private", "-o", at(`p-${name}.json`), "--force"],
      ...(name === "base"
        ? ["--tier", "nano"]
        : ["--allow-coarse", "--base", at("p-base.json"), "--base-weights", at("base.safetensors")]),
      ...(name === "base" ? [] : ["--base-secrets", at("p-base.secrets.json")]),
    ];
    for (const [i, name] of ["base", "tuned"].entries()) {
      const plain = await runCli(commit(name));
      const json = await runCli([...commit(name), "--json"]);
      for (const text of [plain.stdout, plain.stderr, json.stdout, json.stderr, await place.read(`p-${name}.json`)]) {
        expect(text).to.not.include(digests[i]!.slice(0, 8));
      }
      expect([plain.exitCode, json.exitCode], plain.stderr + json.stderr).to.deep.equal([0, 0]);
      const secrets = parseSecrets(await place.read(`p-${name}.secrets.json`), "s");
      expect(JSON.stringify(secrets.provenance)).to.include(digests[i]!);
    }
    const { manifest } = parseModel(await place.read("p-base.json"), "p");
    const w = manifest.tensors.find(({ name }) => name === "w");
    expect(w !== undefined && "pinned" in w, "a private base pins nothing").to.equal(false);
  });
});
