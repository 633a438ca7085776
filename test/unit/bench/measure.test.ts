import { expect } from "chai";
import { PhaseClock } from "../../../bench/jobs/phase-clock.js";
import { fastest } from "../../../bench/measure.js";

describe("measuring", () => {
  it("runs once to warm up and then as often as asked for", async () => {
    let calls = 0;
    const { runs } = await fastest(() => calls++, { runs: 3, leastSeconds: 0, budgetSeconds: 60 });
    expect([runs, calls]).to.deep.equal([3, 4]);
  });

  it("lets a first run beyond the budget count", async () => {
    let calls = 0;
    const { runs, seconds } = await fastest(() => calls++, { runs: 3, leastSeconds: 0, budgetSeconds: -1 });
    expect([runs, calls]).to.deep.equal([1, 1]);
    expect(seconds).to.be.greaterThan(0);
  });

  it("divides a job among its phases, whatever segment they belong to", async () => {
    const clock = new PhaseClock();
    const result = await clock.during("prove", () => {
      for (const segment of ["1/2", "2/2"]) {
        clock.onProgress(`segment ${segment}: committing`, 0, 1);
        clock.onProgress(`segment ${segment}: committing`, 1, 1);
        clock.onProgress(`segment ${segment}: wrapping`, 0, 1);
      }
      return Promise.resolve("done");
    });
    expect(result).to.equal("done");
    expect(clock.phases.map(({ name }) => name)).to.deep.equal(["committing", "wrapping"]);
  });

  it("names a job without phases as it is told", async () => {
    const clock = new PhaseClock();
    await clock.during("commit base", () => Promise.resolve());
    expect(clock.phases.map(({ name }) => name)).to.deep.equal(["commit base"]);
  });
});
