import { availableParallelism } from "node:os";
import { expect } from "chai";
import { InputError } from "../../../src/errors/errors.js";
import { defaultJobs, parseJobs } from "../../../src/cli/jobs.js";
import { runCli } from "../../support/cli.js";

const BAD = ["0", "-1", "1.5", "two", "01", "1e2", "1025", " 2"];

describe("--jobs", () => {
  for (const command of ["demo", "setup", "commit", "prove", "verify", "query"]) {
    it(`fti ${command} takes it and says what it does`, async () => {
      const { stdout } = await runCli([command, "--help"]);
      expect(stdout).to.match(/--jobs <n> +number of threads/u);
    });
  }

  it("takes 1 to 1024 threads and refuses anything else as bad usage", async () => {
    expect([parseJobs("1"), parseJobs("1024")]).to.deep.equal([1, 1024]);
    for (const bad of BAD) {
      const { exitCode, stderr } = await runCli(["setup", "--tier", "nano", "--dev", `--jobs=${bad}`]);
      expect(exitCode, bad).to.equal(2);
      expect(stderr, bad).to.include("expected a whole number from 1 to 1024");
    }
  });

  it("is FTI_JOBS where it is not given, else the number of cores", () => {
    expect(defaultJobs("3")).to.equal(3);
    expect(defaultJobs(undefined)).to.equal(availableParallelism());
    expect(defaultJobs("")).to.equal(availableParallelism());
    for (const bad of BAD) expect(() => defaultJobs(bad), bad).to.throw(InputError, `FTI_JOBS=${bad}`);
  });
});
