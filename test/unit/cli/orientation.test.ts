import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { pairOf, zeros } from "../../support/adapters.js";
import { runCli } from "../../support/cli.js";
import { encodeSafetensors } from "../../support/encode-safetensors.js";

describe("--orientation", () => {
  let folder = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "fti-orientation-"));
    const base = [zeros("h.0.attn.c_attn.weight", 2, 6), zeros("h.0.attn.c_proj.weight", 2, 2)];
    await writeFile(join(folder, "base.safetensors"), encodeSafetensors(base));
    await mkdir(join(folder, "lora"));
    await writeFile(
      join(folder, "lora", "adapter_config.json"),
      JSON.stringify({ peft_type: "LORA", r: 1, lora_alpha: 1, fan_in_fan_out: false }),
    );
    const factors = encodeSafetensors(pairOf("h.0.attn.c_proj", 2, 2));
    await writeFile(join(folder, "lora", "adapter_model.safetensors"), factors);
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  const inspect = (...more: string[]): ReturnType<typeof runCli> =>
    runCli(["inspect", join(folder, "base.safetensors"), join(folder, "lora"), ...more]);

  it("is asked for, and answers", async () => {
    const asked = await inspect();
    expect(asked.exitCode).to.equal(2);
    expect(asked.stderr).to.include("fan_in_fan_out is false").and.to.include("--orientation h.0.attn.c_proj=linear");
    expect((await inspect("--orientation", "*.c_proj=conv1d")).exitCode).to.equal(0);
    expect((await inspect("--orientation", "c_attn=conv1d")).stderr).to.include("no module has that name");
    expect((await inspect("--orientation", "c_proj=sideways")).stderr).to.include("NAME=linear or NAME=conv1d");
  });

  it("is said to be for nothing where no adapter is read", async () => {
    const base = join(folder, "base.safetensors");
    const { exitCode, stderr } = await runCli(["inspect", base, base, "--orientation", "c_proj=conv1d"]);
    expect(exitCode).to.equal(0);
    expect(stderr).to.include("is not one");
  });

  for (const command of ["inspect", "commit", "policy suggest", "policy check", "prove", "verify", "query"]) {
    it(`is an option of fti ${command}`, async () => {
      const { stdout } = await runCli([...command.split(" "), "--help"]);
      expect(stdout).to.include("--orientation <name=order>");
    });
  }
});
