import * as echarts from "echarts";
import { jobSeconds, type Job, type Report } from "./report.js";
import { GPT2_DENSE } from "./sections/gpt2.js";
import { DENSE_GROWTH, TILES_GROWTH } from "./sections/growth.js";

interface Panel {
  readonly title: string;
  readonly value: (job: Job) => number | undefined;
  /** Of the vertical axis: flat series are to look flat. */
  readonly range?: readonly [low: number, high: number];
}

/** What is drawn of a job, each in a panel of its own. */
const PANELS: readonly Panel[] = [
  { title: "commit the base, seconds", value: (job) => secondsWhere(job, (phase) => phase === "commit base") },
  {
    title: "commit the fine-tune and prove, seconds",
    value: (job) => secondsWhere(job, (phase) => phase !== "commit base"),
  },
  { title: "verify offline, milliseconds", value: (job) => job.verifyMs, range: [10, 1e4] },
  { title: "certify on chain, gas", value: (job) => job.gas, range: [1e5, 1e8] },
];

/** A growth series and its jobs, smallest model first. */
export interface Series {
  readonly name: string;
  readonly jobs: readonly Job[];
}

export function growthSeries({ jobs }: Pick<Report, "jobs">): Series[] {
  const bySize = (isOf: (name: string) => boolean): Job[] =>
    jobs.filter(({ name }) => isOf(name)).sort((a, b) => a.parameters - b.parameters);
  return [
    { name: "every weight drifts", jobs: bySize((name) => name.startsWith(DENSE_GROWTH) || name === GPT2_DENSE) },
    { name: "the same 12 tiles change", jobs: bySize((name) => name.startsWith(TILES_GROWTH)) },
  ].filter((series) => series.jobs.length > 0);
}

function secondsWhere(job: Job, isWanted: (phase: string) => boolean): number {
  return jobSeconds({ ...job, phases: job.phases.filter(({ name }) => isWanted(name)) });
}

const WIDTH = 900;
const HEIGHT = 640;
const PANEL = { width: 340, height: 215 };

/** How cost grows with the model, four panels, both axes logarithmic: an SVG document, the same for the same report. */
export function drawGrowth(series: readonly Series[]): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  const places = PANELS.map((_, i) => ({ left: 75 + (i % 2) * 435, top: 75 + Math.floor(i / 2) * 290 }));
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    color: ["#0072b2", "#d55e00"], // Told apart by color-blind readers as well.
    textStyle: { fontFamily: "sans-serif" },
    legend: { top: 8, itemGap: 60, data: series.map(({ name }) => name) },
    title: PANELS.map(({ title: text }, i) => ({
      text,
      left: places[i]?.left,
      top: (places[i]?.top ?? 0) - 32,
      textStyle: { fontSize: 13 },
    })),
    grid: places.map((place) => ({ ...place, ...PANEL })),
    xAxis: PANELS.map((_, gridIndex) => ({
      type: "log",
      gridIndex,
      min: 1e5,
      max: 2e8,
      name: "parameters",
      nameLocation: "middle",
      nameGap: 26,
      axisLabel: { formatter: shortNumber },
    })),
    yAxis: PANELS.map(({ range }, gridIndex) => ({
      type: "log",
      gridIndex,
      axisLabel: { formatter: shortNumber },
      ...(range && { min: range[0], max: range[1] }),
    })),
    series: PANELS.flatMap(({ value }, panel) =>
      series.map(({ name, jobs }, i) => ({
        name,
        type: "line",
        xAxisIndex: panel,
        yAxisIndex: panel,
        symbol: i === 0 ? "circle" : "triangle",
        symbolSize: 8,
        data: jobs.flatMap((job) => {
          const y = value(job);
          return y === undefined ? [] : [[job.parameters, y]];
        }),
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Styles for pointers are of no use in a picture, and names count the charts that a process draws.
  return `${svg
    .replace(/<style\s*>[\s\S]*?<\/style>\s*/gu, "")
    .replace(/ (class|pointer-events)="[^"]*"/gu, "")
    .replace(/\bzr\d+-/gu, "zr-")}\n`;
}

function shortNumber(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : String(value);
}
