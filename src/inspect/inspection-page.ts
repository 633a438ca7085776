import { printable } from "../errors/printable.js";
import type { Inspection, TensorChange } from "./inspection.js";
import type { Verdict } from "./verdict.js";
import { percent, rankWords, short } from "./words.js";

/**
 * One self-contained page: verdict, heat map of drift by block, spectra, every changed tensor. No script, nothing remote.
 * Needs the package `echarts`.
 */
export async function inspectionPage(inspection: Inspection, verdict: Verdict): Promise<string> {
  const { heatMap, spectrumPlot } = await import("./charts.js");
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
body { font: 16px/1.5 system-ui, sans-serif; max-width: 920px; margin: 2rem auto; padding: 0 1rem; }
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
<p>${escape(inspection.tuned)} against ${escape(inspection.base)} (${escape(inspection.architecture)}). This is an estimate, not a proof.</p>
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
