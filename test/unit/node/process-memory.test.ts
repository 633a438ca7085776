import { spawnSync } from "node:child_process";
import { totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const MIB = 2 ** 20;

describe("the process's peak memory", () => {
  it("is in bytes and counts what was resident at one time", () => {
    // A process of its own, though where it is forked it starts with the peak of this one.
    const script = `
      import { peakMemoryBytes } from "./src/node/process-memory.js";
      const before = peakMemoryBytes();
      const filled = new Uint8Array(${300 * MIB}).fill(1);
      console.log(JSON.stringify({ before, during: peakMemoryBytes(), filled: filled.at(-1) }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--import=tsx", "--input-type=module", "-e", script], {
      cwd: ROOT,
      encoding: "utf8",
    });
    const { before, during } = JSON.parse(stdout || `{"error": ${JSON.stringify(stderr)}}`) as Record<string, number>;
    expect(during).to.be.within(Math.max(before!, 300 * MIB), totalmem());
  });
});
