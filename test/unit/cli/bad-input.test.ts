import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { FR_ORDER } from "../../../src/protocol/constants.js";
import { wordToHexBE } from "../../../src/algebra/hex.js";
import { runCli, runJson, Workplace, type CliResult } from "../../support/cli.js";
import { encodeSafetensors } from "../../support/encode-safetensors.js";
import { testSetup, TEST_ARTIFACTS } from "../../support/nano-setup.js";
import { tinyModel } from "../../support/tiny-models.js";

const ADDRESS = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

describe("bad input on the command line", () => {
  let place: Workplace;
  let base: string[];
  let proving: string[];

  before(async () => {
    await testSetup();
    place = await Workplace.open();
    const drift = (name: string, i: number): number => (name === "head.weight" && i < 9 ? 2 / 128 : 0);
    const files = {
      base: tinyModel(7),
      tuned: tinyModel(7, drift),
      far: tinyModel(7, (name) => (name === "head.weight" ? 1.5 : 0)),
    };
    for (const [name, bytes] of Object.entries(files)) await place.write(`${name}.safetensors`, bytes);
    await runJson([
      "commit",
      at("base.safetensors"),
      "--tier",
      "nano",
      "--fraction-bits",
      "7",
      "-o",
      at("base.model.json"),
    ]);
    base = ["--base", at("base.model.json"), "--base-weights", at("base.safetensors")];
    await runJson(["commit", at("tuned.safetensors"), ...base, "-o", at("tuned.model.json")]);
    await runJson(["commit", at("far.safetensors"), ...base, "-o", at("far.model.json")]);
    await runJson(["policy", "norm", "--base", at("base.model.json"), "--max-norm", "1", "-o", at("policy.json")]);
    await runJson(["policy", "norm", "--base", at("base.model.json"), "--max-norm", "0.04", "-o", at("strict.json")]);
    proving = [...base, "--registry", ADDRESS, "--publisher", ADDRESS, "--chain-id", "31337"];
    const tune = ["--tune", at("tuned.model.json"), "--tune-weights", at("tuned.safetensors")];
    await runJson(["prove", ...proving, ...tune, "--policy", at("policy.json"), "-o", at("certificate.json")]);
  });

  after(() => place.close());

  const at = (name: string): string => place.path(name);

  /** Expects an exit code, words on stderr, nothing on stdout, no stack, and no new file. */
  async function refuses(
    argv: readonly string[],
    exitCode: number,
    words: readonly string[],
    env = {},
  ): Promise<CliResult> {
    const before = await place.names();
    const result = await runCli(argv, env);
    expect(result.exitCode, result.stderr).to.equal(exitCode);
    for (const word of words) expect(result.stderr).to.include(word);
    expect(result.stderr).not.to.match(/\n\s+at /u);
    expect(result.stdout).to.equal("");
    expect(await place.names()).to.have.members(before);
    return result;
  }

  it("names the file of a truncated safetensors", async () => {
    const whole = tinyModel(7);
    await place.write("cut.safetensors", whole.subarray(0, whole.length - 100));
    await refuses(["commit", at("cut.safetensors"), "--tier", "nano", "-o", at("out.json")], 2, ["cut.safetensors"]);
  });

  it("names tensor and index of a NaN", async () => {
    const bytes = encodeSafetensors([{ name: "w", shape: [2], values: [1, NaN], dtype: "F32" }]);
    await place.write("nan.safetensors", bytes);
    await refuses(["commit", at("nan.safetensors"), "--tier", "nano", "-o", at("out.json")], 2, [
      "nan.safetensors",
      "w",
      "1",
    ]);
  });

  it("refuses a fine-tune of other shapes", async () => {
    const bytes = encodeSafetensors([{ name: "w", shape: [2], values: [1, 2], dtype: "F32" }]);
    await place.write("other.safetensors", bytes);
    await refuses(["commit", at("other.safetensors"), ...base, "-o", at("out.json")], 2, [
      "other.safetensors",
      "dense.bias",
    ]);
  });

  it("refuses a drift outside the entry range with the tensor's name", async () => {
    const tune = ["--tune", at("far.model.json"), "--tune-weights", at("far.safetensors")];
    await refuses(["prove", ...proving, ...tune, "--policy", at("policy.json"), "-o", at("out.json")], 1, [
      "far.safetensors",
      "head.weight",
    ]);
  });

  it("refuses to commit a fine-tune against weights that are not its base's", async () => {
    const argv = ["commit", at("tuned.safetensors"), "--base", at("base.model.json"), "-o", at("out.json")];
    await refuses([...argv, "--base-weights", at("tuned.safetensors")], 2, ["not those of model 0x", "tile"]);
  });

  it("does not replace a setup that works without --force", async () => {
    await refuses(["setup", "--tier", "nano", "--dev"], 2, ["nano", "--force"]);
  });

  it("refuses a model id of the wrong length before asking for files", async () => {
    const argv = ["query", "0x1234", "--rpc", "http://127.0.0.1:1", "--registry", ADDRESS];
    await refuses(argv, 2, ["4 hex digits", "64"]);
  });

  it("refuses a drift that breaks the policy, with both numbers", async () => {
    const tune = ["--tune", at("tuned.model.json"), "--tune-weights", at("tuned.safetensors")];
    const prove = ["prove", ...proving, ...tune, "--policy", at("strict.json"), "-o", at("out.json")];
    await refuses(prove, 1, ["squared norm", "36"]);
    const { error } = (await runJson(prove, 1)) as { error: Record<string, unknown> };
    expect(error).to.include({ name: "PolicyViolation", measured: "36" });
  });

  it("refuses weights that are not the committed ones", async () => {
    const tune = ["--tune", at("tuned.model.json"), "--tune-weights", at("base.safetensors")];
    await refuses(["prove", ...proving, ...tune, "--policy", at("policy.json"), "-o", at("out.json")], 2, [
      "tile",
      "head.weight",
    ]);
  });

  it("refuses a policy that was edited", async () => {
    const text = await place.read("policy.json");
    await place.write("edited.json", text.replace(/"maxResidualSq": "\d/u, '"maxResidualSq": "9'));
    await refuses(["policy", "show", at("edited.json")], 2, ["edited.json", "policy id"]);
  });

  it("refuses the artifacts of another tier, and damaged ones", async () => {
    const root = at("store");
    const manifest = await readFile(join(TEST_ARTIFACTS, "tiers", "nano.json"), "utf8");
    await mkdir(join(root, "tiers"), { recursive: true });
    await writeFile(join(root, "tiers", "small.json"), manifest);
    const commit = ["commit", at("base.safetensors"), "-o", at("out.json"), "--artifacts", root, "--tier"];
    await refuses([...commit, "small"], 2, ["small.json", "nano"]);
    await refuses([...commit, "medium"], 2, ["medium.json", "fti setup"]);

    await writeFile(join(root, "tiers", "nano.json"), manifest);
    const { files } = JSON.parse(manifest) as { files: Record<string, { sha256: string; file: string }> };
    for (const { sha256, file } of Object.values(files)) {
      await mkdir(join(root, "objects", sha256), { recursive: true });
      await copyFile(join(TEST_ARTIFACTS, "objects", sha256, file), join(root, "objects", sha256, file));
    }
    const key = join(root, "objects", files["zkey"]!.sha256, files["zkey"]!.file);
    const bytes = await readFile(key);
    await writeFile(key, bytes.subarray(0, bytes.length - 1));
    await refuses([...commit, "nano"], 2, [files["zkey"]!.file, "truncated"]);
  });

  it("refuses a certificate with a scalar that is not canonical, or a point off the curve", async () => {
    const file = JSON.parse(await place.read("certificate.json")) as {
      segments: { claim: { y: string }; mercury: { h: { y: string } } }[];
    };
    const honest = file.segments[0]!.claim.y;
    file.segments[0]!.claim.y = wordToHexBE(BigInt(honest) + FR_ORDER);
    await place.write("scalar.json", JSON.stringify(file));
    await refuses(["verify", at("scalar.json")], 2, ["scalar.json", "claim.y"]);
    file.segments[0]!.claim.y = honest;
    file.segments[0]!.mercury.h.y = wordToHexBE(1n);
    await place.write("point.json", JSON.stringify(file));
    await refuses(["verify", at("point.json")], 2, ["point.json", "mercury.h", "not on"]);
  });

  it("says which phase rejects a proof, and exits with 1", async () => {
    const file = JSON.parse(await place.read("certificate.json")) as { segments: { mercury: { gZeta: string } }[] };
    const { mercury } = file.segments[0]!;
    mercury.gZeta = wordToHexBE(BigInt(mercury.gZeta) ^ 1n);
    await place.write("opening.json", JSON.stringify(file));
    const result = await runJson(["verify", at("opening.json")], 1);
    expect(result["valid"]).to.equal(false);
    expect(result["phase"]).to.match(/^segment 0\/mercury|^segment 0\/opening/u);
  });

  it("does not replace an output without --force, and does then", async () => {
    const commit = [
      "commit",
      at("base.safetensors"),
      "--tier",
      "nano",
      "--fraction-bits",
      "7",
      "-o",
      at("base.model.json"),
    ];
    await refuses(commit, 2, ["base.model.json", "--force"]);
    await runJson([...commit, "--force"]);
  });

  it("refuses secrets that others may read", async () => {
    await writeFile(at("open.secrets.json"), "{}", { mode: 0o644 });
    const evidence = ["--base-secrets", at("open.secrets.json")];
    await runJson([
      "commit",
      at("base.safetensors"),
      "--tier",
      "nano",
      "--fraction-bits",
      "7",
      "--private",
      "-o",
      at("private.model.json"),
    ]);
    const argv = [
      "commit",
      at("tuned.safetensors"),
      "--base",
      at("private.model.json"),
      "--base-weights",
      at("base.safetensors"),
    ];
    await refuses([...argv, ...evidence, "--private", "-o", at("out.json")], 2, ["open.secrets.json", "chmod 600"]);
    await refuses([...argv, "-o", at("out.json")], 2, ["private", "--base-secrets"]);
  });

  it("never shows a secret, not even a malformed one", async () => {
    const secrets = at("private.secrets.json");
    const malformed = `0x${"fe".repeat(32)}`;
    const text = (await readFile(secrets, "utf8")).replace(/0x[0-9a-f]{64}(?="\n)/u, malformed);
    await writeFile(at("malformed.secrets.json"), text, { mode: 0o600 });
    const ofBase = ["--base", at("private.model.json"), "--base-weights", at("base.safetensors")];
    const argv = ["commit", at("tuned.safetensors"), ...ofBase, "--private", "-o", at("out.json")];
    const evidence = ["--base-secrets", at("malformed.secrets.json")];
    const { stderr } = await refuses([...argv, ...evidence], 2, ["malformed.secrets.json", "blindings.", "not shown"]);
    expect(stderr).not.to.include(malformed);
  });

  it("never shows the private key", async () => {
    const argv = ["register", "model", at("base.model.json"), "--rpc", "http://127.0.0.1:1", "--registry", ADDRESS];
    const key = "12".repeat(31);
    const { stderr } = await refuses(argv, 3, ["127.0.0.1:1"], { FTI_PRIVATE_KEY: key });
    expect(stderr).not.to.include(key);
  });
});
