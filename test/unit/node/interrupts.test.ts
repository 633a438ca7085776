import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { onInterrupt } from "../../../src/node/interrupts.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

describe("a signal in the middle of something", () => {
  it("removes what was half written and ends the process by the same signal", async () => {
    const store = await mkdtemp(join(tmpdir(), "fti-test-"));
    try {
      const script = `
        import { writeFileSync } from "node:fs";
        import { withStaging } from "./src/node/artifact-store.js";
        await withStaging(${JSON.stringify(store)}, async (directory) => {
          writeFileSync(directory + "/half", "written");
          console.log("ready");
          await new Promise((done) => setTimeout(done, 60_000));
        });`;
      const child = spawn(process.execPath, ["--import=tsx", "--input-type=module", "-e", script], { cwd: ROOT });
      child.stdout.once("data", () => child.kill("SIGINT"));
      const signal = await new Promise((done) =>
        child.once("close", (_code, by) => {
          done(by);
        }),
      );
      expect(signal).to.equal("SIGINT");
      expect(await readdir(join(store, "staging"))).to.deep.equal([]);
    } finally {
      await rm(store, { recursive: true, force: true });
    }
  });

  it("leaves signals alone while there is nothing to clean up", () => {
    const before = process.listenerCount("SIGINT");
    const forgets = [onInterrupt(() => undefined), onInterrupt(() => undefined)];
    expect(process.listenerCount("SIGINT")).to.equal(before + 1);
    for (const forget of forgets) forget();
    expect(process.listenerCount("SIGINT")).to.equal(before);
  });
});
