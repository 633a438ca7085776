import { expect } from "chai";
import { CLAIMS, reachedIn, verdictOf, type Claim } from "../../../bench/claims.js";
import { FULL_SEGMENT_JOB } from "../../../bench/sections/jobs.js";
import { GPT2_DENSE } from "../../../bench/sections/gpt2.js";
import { msmName } from "../../../bench/sections/msm.js";
import { jobOfSeconds, reportOf } from "./reports.js";

function claimAbout(pattern: RegExp): Claim {
  return CLAIMS.find(({ what }) => pattern.test(what))!;
}

describe("verdicts on the targets", () => {
  it("says nothing of what was not measured", () => {
    const report = reportOf({});
    expect(CLAIMS.map((claim) => verdictOf(claim, claim.reached(report)))).to.deep.equal(
      CLAIMS.map(() => "not measured"),
    );
  });

  it("calls a bound met when it is reached, in either direction", () => {
    const [least, most] = [claimAbout(/^MSM, ours against/u), claimAbout(/^LogUp-GKR/u)];
    expect([3.9, 4, 6.9, 7].map((value) => verdictOf(least, value))).to.deep.equal([
      "missed",
      "met",
      "met",
      "stretch met",
    ]);
    expect([1.21, 1.2, 0.71, 0.7].map((value) => verdictOf(most, value))).to.deep.equal([
      "missed",
      "met",
      "met",
      "stretch met",
    ]);
  });

  it("takes the slowest full MSM and the least lead", () => {
    const measurements = [16, 18, 20].map((log, i) => ({
      name: msmName("full", log, 1),
      unit: "ns",
      value: 6000 + 1000 * i,
      runs: 1,
      peers: [{ name: "ffjavascript, 1 thread", value: 36_000, ratio: 36 / (6 + i) }],
    }));
    expect(claimAbout(/^MSM with full/u).reached(reportOf({ measurements }))).to.equal(8);
    expect(claimAbout(/^MSM, ours against/u).reached(reportOf({ measurements }))).to.equal(4.5);
    expect(claimAbout(/^MSM with full/u).reached(reportOf({ measurements: measurements.slice(1) }))).to.equal(
      undefined,
    );
  });

  it("takes nothing from a quick run, whose models and tiers are smaller", () => {
    const claim = claimAbout(/every weight drifts, two threads/u);
    const jobs = [jobOfSeconds(GPT2_DENSE, 1e6, 30)];
    expect(reachedIn(reportOf({ jobs, quick: true }), claim)).to.equal(undefined);
    expect(reachedIn(reportOf({ jobs }), claim)).to.equal(0.5);
  });

  it("leaves the base's commitment out of a fine-tune's minutes", () => {
    const report = reportOf({ jobs: [jobOfSeconds(GPT2_DENSE, 1e8, 240)] });
    expect(claimAbout(/every weight drifts, two threads/u).reached(report)).to.equal(4);
    expect(claimAbout(/every weight drifts, peak memory/u).reached(report)).to.equal(2);
  });

  it("compares one thread with two without the Groth16 wrap", () => {
    const jobs = [1, 2].map((threads) => {
      const job = jobOfSeconds(FULL_SEGMENT_JOB, 1e6, threads === 1 ? 19 : 9, threads);
      return { ...job, phases: [...job.phases, { name: "wrapping", seconds: 100 }] };
    });
    expect(claimAbout(/^two threads/u).reached(reportOf({ jobs }))).to.equal(2);
  });
});
