import * as echarts from "echarts";
import { printable } from "../errors/printable.js";
import type { TensorChange } from "./inspection.js";

/** Pixels. */
const WIDTH = 920;
const MOST_SPECTRA = 12;

/** Blocks × roles; a cell is the drift of its tensors together. */
export function heatMap(tensors: readonly TensorChange[]): string {
  const cells = new Map<string, { change: number; base: number }>();
  for (const { block = "–", role, norm, baseNorm } of tensors) {
    const key = JSON.stringify([block, role]);
    const cell = cells.get(key) ?? { change: 0, base: 0 };
    cells.set(key, { change: cell.change + norm ** 2, base: cell.base + baseNorm ** 2 });
  }
  const blocks = [...new Set(tensors.map(({ block = "–" }) => block))].reverse();
  const roles = [...new Set(tensors.map(({ role }) => role))];
  const values = [...cells].map(([key, { change, base }]) => {
    const [block = "", role = ""] = JSON.parse(key) as string[];
    const relative = base === 0 ? 0 : Math.sqrt(change / base);
    return [
      roles.indexOf(role as TensorChange["role"]),
      blocks.indexOf(block),
      Number((100 * relative).toPrecision(3)),
    ];
  });
  const most = values.reduce((largest, [, , value = 0]) => Math.max(largest, value), 1e-3);
  return drawSvg(Math.max(220, 140 + 26 * blocks.length), {
    grid: { left: 90, right: 20, top: 20, bottom: 110 },
    xAxis: { type: "category", data: roles, axisLabel: { rotate: 30 } },
    yAxis: { type: "category", data: blocks, name: "block" },
    visualMap: {
      min: 0,
      max: most,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      text: [`${most} %`, "0"],
      inRange: { color: ["#f7fbff", "#6baed6", "#08306b"] },
    },
    series: [{ type: "heatmap", data: values, label: { show: blocks.length <= 40, fontSize: 9 } }],
  });
}

/** The largest changes' singular values, logarithmic. */
export function spectrumPlot(tensors: readonly TensorChange[]): string {
  const shown = [...tensors].sort((a, b) => b.norm - a.norm).slice(0, MOST_SPECTRA);
  return drawSvg(460, {
    grid: { left: 70, right: 20, top: 20, bottom: 40 + 18 * shown.length },
    legend: { bottom: 0, orient: "vertical", left: "center", itemHeight: 8, textStyle: { fontSize: 10 } },
    xAxis: { type: "value", name: "index", nameLocation: "middle", nameGap: 24 },
    yAxis: { type: "log", name: "σ", axisLabel: { formatter: (value: number) => value.toExponential(0) } },
    series: shown.map(({ name, matrix }) => ({
      type: "line",
      name: printable(name),
      showSymbol: false,
      data: (matrix?.spectrum ?? []).flatMap((value, i) => (value > 0 ? [[i + 1, Number(value.toPrecision(4))]] : [])),
    })),
  });
}

/** A chart as SVG, without a DOM. */
function drawSvg(height: number, option: echarts.EChartsCoreOption): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  chart.setOption({ animation: false, backgroundColor: "#ffffff", textStyle: { fontFamily: "sans-serif" }, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
