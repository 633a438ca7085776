import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { FtiError } from "../../../src/errors/errors.js";
import { errorReport } from "../../../src/cli/error-report.js";
import { runCli } from "../../support/cli.js";

const COMMANDS = [
  ["demo"],
  ["inspect"],
  ["setup"],
  ["commit"],
  ["policy", "norm"],
  ["policy", "show"],
  ["policy", "make"],
  ["policy", "presets"],
  ["policy", "schema"],
  ["policy", "suggest"],
  ["policy", "check"],
  ["prove"],
  ["merge"],
  ["verify"],
  ["deploy"],
  ["register", "model"],
  ["register", "policy"],
  ["register", "certificate"],
  ["trust", "add"],
  ["trust", "list"],
  ["trust", "remove"],
  ["query"],
  ["lineage"],
  ["list"],
  ["revoke"],
  ["supersede"],
  ["allow"],
  ["forbid"],
  ["adopt"],
  ["export"],
];

describe("the command line's manners", () => {
  for (const command of COMMANDS) {
    it(`fti ${command.join(" ")} has help with an example and takes --json`, async () => {
      const { exitCode, stdout } = await runCli([...command, "--help"]);
      expect(exitCode).to.equal(0);
      expect(stdout)
        .to.include("--json")
        .and.to.match(/Examples?:\n {2}fti /u);
    });
  }

  it("exits with 2 for usage errors, and prints one JSON object if asked to", async () => {
    for (const argv of [
      [],
      ["nonsense"],
      ["policy"],
      ["setup"],
      ["setup", "--tier", "huge", "--dev"],
      ["verify"],
      ["verify", "a", "b"],
    ]) {
      const { exitCode, stdout, stderr } = await runCli([...argv, "--json"]);
      expect(exitCode, argv.join(" ")).to.equal(2);
      expect(stderr).not.to.equal("");
      expect((JSON.parse(stdout) as { error: { name: string } }).error.name).to.equal("UsageError");
    }
  });

  it("lists its exit codes, and those of a verdict with the commands that give one", async () => {
    expect((await runCli(["--help"])).stdout)
      .to.include("4 a report")
      .and.include("5 made with development keys");
    for (const command of ["verify", "query"]) {
      expect((await runCli([command, "--help"])).stdout.replaceAll(/\s+/gu, " ")).to.match(
        /Exit codes: .* 5 .*development/u,
      );
    }
  });

  it("exits with 2 for a setup that is neither --dev nor --ptau", async () => {
    const { exitCode, stderr } = await runCli(["setup", "--tier", "nano"]);
    expect(exitCode).to.equal(2);
    expect(stderr).to.include("--dev").and.to.include("--ptau");
  });

  it("calls an unexpected error a bug, with the stack only under FTI_DEBUG", () => {
    const error = new TypeError("x is not a function");
    const report = errorReport(error, false);
    expect(report.text).to.include("bug").and.not.to.include(error.stack);
    expect(errorReport(error, true).text).to.include(error.stack);
    expect(error).not.to.be.instanceOf(FtiError);
  });

  it("works as a process: exit code, colors off, one object on stdout", () => {
    const root = fileURLToPath(new URL("../../..", import.meta.url));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import=tsx", "src/cli/main.ts", "verify", "no-such-file.json", "--json"],
      { cwd: root, encoding: "utf8" },
    );
    expect(status, stderr).to.equal(2);
    expect(JSON.parse(stdout)).to.have.nested.property("error.name", "InputError");
    // No escape sequence: this is no terminal.
    expect(stderr).not.to.include(String.fromCharCode(27));
  });
});
