import { expect } from "chai";
import { drawGrowth, growthSeries } from "../../../bench/growth-plot.js";
import { GPT2_DENSE } from "../../../bench/sections/gpt2.js";
import { DENSE_GROWTH, TILES_GROWTH } from "../../../bench/sections/growth.js";
import { jobOfSeconds } from "./reports.js";

const jobs = [
  jobOfSeconds(GPT2_DENSE, 124e6, 200),
  jobOfSeconds(`${DENSE_GROWTH}, 10M parameters`, 1e7, 20),
  jobOfSeconds(`${DENSE_GROWTH}, 1M parameters`, 1e6, 9),
  jobOfSeconds(`${TILES_GROWTH}, 1M parameters`, 1e6, 8),
  jobOfSeconds("something else", 1e6, 8),
];

describe("the growth plot", () => {
  it("sorts each series by size and ends the dense one with GPT-2's own", () => {
    expect(growthSeries({ jobs }).map((series) => series.jobs.map(({ parameters }) => parameters))).to.deep.equal([
      [1e6, 1e7, 124e6],
      [1e6],
    ]);
  });

  it("is the same document whenever it is drawn", () => {
    const series = growthSeries({ jobs });
    const svg = drawGrowth(series);
    expect(svg).to.match(/^<svg /u);
    expect(svg).to.contain("every weight drifts");
    expect(drawGrowth(series)).to.equal(svg);
  });
});
