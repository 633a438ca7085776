import { Command } from "commander";
import { expect } from "chai";
import { COMMAND_MODULES } from "../../../src/cli/commands.js";
import { runCli } from "../../support/cli.js";

describe("the list of commands", () => {
  for (const { commands, load } of COMMAND_MODULES) {
    const names = commands.map(({ name }) => name);
    it(`${names.join(", ")}: named and summed up as the module does`, async () => {
      const program = new Command();
      const add = await load();
      add(program, () => Promise.resolve());
      const added = program.commands.map((command) => ({ name: command.name(), summary: command.summary() }));
      expect(added).to.deep.equal(commands);
    });
  }

  it("is in the help, and a command's own help is that of its module", async () => {
    const { stdout } = await runCli(["--help"]);
    for (const { name } of COMMAND_MODULES.flatMap(({ commands }) => commands)) {
      expect(stdout).to.match(new RegExp(`^  ${name} +\\S`, "mu"));
    }
    for (const argv of [
      ["supersede", "--help"],
      ["help", "supersede"],
    ]) {
      expect((await runCli(argv)).stdout).to.include("Usage: fti supersede [options] <old> <new>");
    }
  });
});
