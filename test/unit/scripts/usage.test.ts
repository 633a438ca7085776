import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { scripts: Record<string, string> };

/** What package.json runs of this repository itself, and what is run by its file. */
const OURS = [
  ...Object.values(scripts).flatMap((command) => /^tsx (\S+\.ts(?: \w+)?)$/u.exec(command)?.[1] ?? []),
  "scripts/build-contracts.ts",
  "scripts/build-kernels.ts",
  "scripts/gpt2-pair.ts",
];

function run(script: string, option: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const args = ["--import=tsx", ...script.split(" "), option];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe("usage of the repository's scripts", () => {
  it("is asked of all of them", () => {
    expect(OURS).to.include.members([
      "scripts/gen.ts",
      "scripts/build-contracts.ts",
      "bench/main.ts",
      "src/cli/main.ts demo",
    ]);
    expect(OURS).to.have.length.above(12);
  });

  for (const script of OURS) {
    it(`${script} explains itself, and refuses an option that it does not know in a line`, async function () {
      this.timeout(120_000);
      const [help, mistake] = await Promise.all([run(script, "--help"), run(script, "--no-such-option")]);
      expect(help.code, help.stderr).to.equal(0);
      expect(help.stdout).to.match(/^usage: /iu);
      expect(help.stdout).to.match(/^(?:options|examples?):/imu);
      expect(help.stderr).to.equal("");
      expect(mistake.code, mistake.stderr).to.equal(2);
      expect(mistake.stderr).to.match(/^.*option.*\n(?:\(See --help\.\)\n)?$/u);
    });
  }
});
