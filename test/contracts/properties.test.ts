import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { findForge } from "../support/foundry.js";

/** Properties of contracts/PROPERTIES.md, fuzzed by forge. Its npm package is for Linux on x64: elsewhere without it, no tests. */
if (findForge() !== undefined) {
  describe("properties of the contracts", () => {
    it("hold in forge's fuzz and invariant tests", function () {
      this.timeout(600_000);
      const script = fileURLToPath(new URL("../../scripts/properties.ts", import.meta.url));
      const { status, stdout, stderr } = spawnSync(process.execPath, ["--import=tsx", script], { encoding: "utf8" });
      expect(status, `${stdout}\n${stderr}`).to.equal(0);
      expect(stdout).to.match(/17 tests passed, 0 failed/);
    });
  });
}
