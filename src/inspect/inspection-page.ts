import * as echarts from "echarts";
import { printable } from "../errors/printable.js";
import type { Inspection, TensorChange } from "./inspection.js";
import type { Verdict } from "./verdict.js";
import { percent, rankWords, short } from "./words.js";

const WIDTH = 920;
const MOST_SPECTRA = 12;

/** One self-contained page: verdict, heat map of drift by block, spectra, every changed tensor. No script, nothing remote. */
export function inspectionPage(inspection: Inspection, verdict: Verdict): string {
  const changed = inspection.tensors.filter(({ nonzeros }) => nonzeros > 0);
  const spectra = changed.filter(({ matrix }) => matrix !== undefined);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(verdict.sentence)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: ${WIDTH}px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
figure { margin: 0; overflow-x: auto; background: #fff; border-radius: 6px; }
figure svg { display: block; max-width: 100%; height: auto; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.85rem; white-space: nowrap; }
th, td { text-align: right; padding: 0.15rem 0.6rem; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; }
</style>
</head>
<body>
<h1>${escape(verdict.sentence)}</h1>
<p>${escape(inspection.tuned)} against ${escape(inspection.base)} (${escape(inspection.architecture)}). This is what it looks like; nothing is proven by it.</p>
<ul>${verdict.evidence.map((line) => `<li>${escape(line)}</li>`).join("")}</ul>
${changed.length === 0 ? "" : `<h2>Drift by block, relative to the base</h2>\n<figure>${heatMap(inspection.tensors)}</figure>`}
${spectra.length === 0 ? "" : `<h2>Singular values of the change</h2>\n<figure>${spectrumPlot(spectra)}</figure>`}
<h2>Tensors that changed</h2>
<div class="scroll"><table>
<thead><tr><th>tensor</th><th>role</th><th>shape</th><th>L2</th><th>relative</th><th>largest</th><th>nonzeros</th><th>rank</th><th>rounding expected</th></tr></thead>
<tbody>
${changed.map(row).join("\n")}
</tbody></table></div>
<p>${inspection.tensors.length - changed.length} tensors are identical.</p>
</body>
</html>
`;
}

function row(tensor: TensorChange): string {
  const { name, role, kind, shape, norm, relative, largest, nonzeros, expectedRounding } = tensor;
  const cells = [
    name,
    role,
    shape.join(" × "),
    short(norm),
    percent(relative),
    short(Math.abs(largest.value)),
    nonzeros.toLocaleString("en-US"),
    kind === "rounding" ? "rounding" : rankWords(tensor),
    short(expectedRounding),
  ];
  return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`;
}

/** Blocks × roles; a cell is the drift of its tensors together. */
function heatMap(tensors: readonly TensorChange[]): string {
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
function spectrumPlot(tensors: readonly TensorChange[]): string {
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

function drawSvg(height: number, option: echarts.EChartsCoreOption): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  chart.setOption({ animation: false, backgroundColor: "#ffffff", textStyle: { fontFamily: "sans-serif" }, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return printable(text).replace(/[&<>"']/gu, (character) => ENTITIES[character] ?? character);
}
