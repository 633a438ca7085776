import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { GeneratedFiles } from "./generated-files.js";

const ROOT = new URL("../", import.meta.url);
const BLOCK = /(<!-- numbers:start -->\n)[\s\S]*?(<!-- numbers:end -->)/u;

const integer = z.union([z.number(), z.string().regex(/^[0-9]+$/)]).transform(Number);
const certifyCost = z.object({ modelTiles: integer, changedTiles: integer, verifyMs: z.number(), gas: integer });
/** Of docs/numbers.json. */
export const numbersSchema = z.object({
  machine: z.string(),
  demo: z.object({
    tier: z.string(),
    weights: integer,
    tileCount: integer,
    changedTiles: integer,
    constraints: integer,
    sizes: z.object({ groth16: integer, mercury: integer, calldata: integer, certificateFile: integer }),
    gas: z.object({ certify: integer }),
    steps: z.array(z.object({ name: z.string(), seconds: z.number() })),
  }),
  bench: z.object({ tier: z.string(), gasPerTile: integer, bySize: z.array(certifyCost) }),
});

/** What the demo and the benchmark measured. */
export type Numbers = z.infer<typeof numbersSchema>;

/** The README with its table of numbers, from docs/numbers.json, which `npm run measure -- numbers` writes. */
export async function numbersFiles(): Promise<GeneratedFiles> {
  const numbers = numbersSchema.parse(JSON.parse(await readFile(new URL("docs/numbers.json", ROOT), "utf8")));
  const readme = await readFile(new URL("README.md", ROOT), "utf8");
  const updated = readme.replace(BLOCK, (_block, start: string, end: string) => `${start}${render(numbers)}${end}`);
  return new Map([["README.md", updated]]);
}

/** The Markdown between the README's markers. */
function render({ machine, demo, bench }: Numbers): string {
  const number = (value: number): string => value.toLocaleString("en-US");
  const seconds = (pattern: RegExp): string =>
    demo.steps
      .filter(({ name }) => pattern.test(name))
      .reduce((sum, step) => sum + step.seconds, 0)
      .toFixed(1);
  const total = seconds(/./u);
  const sizes = bench.bySize.map(({ modelTiles }) => number(modelTiles)).join(" / ");
  const gasBySize = bench.bySize.map(({ gas }) => number(gas)).join(" / ");
  const verifyBySize = bench.bySize.map(({ verifyMs }) => number(Math.round(verifyMs))).join(" / ");
  const rows = [
    ["weights, tiles, changed tiles", `${number(demo.weights)}, ${demo.tileCount}, ${demo.changedTiles}`],
    [`constraints of the circuit, tier ${demo.tier}`, number(demo.constraints)],
    ["development setup, compilation included", `${seconds(/^setup/u)} s`],
    ["commit both models", `${seconds(/^commit/u)} s`],
    ["prove, files to certificate", `${seconds(/^prove/u)} s`],
    ["verify offline", `${seconds(/^verify/u)} s`],
    ["whole demo", `${total} s`],
    ["Groth16 proof and Mercury opening", `${number(demo.sizes.groth16)} + ${number(demo.sizes.mercury)} bytes`],
    ["calldata of the certificate", `${number(demo.sizes.calldata)} bytes`],
    ["gas to certify, one transaction", number(demo.gas.certify)],
    [`gas for each further changed tile (tier ${bench.tier})`, number(bench.gasPerTile)],
    [`gas, models of ${sizes} tiles, same tiles changed`, gasBySize],
    [`offline verification of these, in ms`, verifyBySize],
  ];
  return [
    `The demo's models on ${machine}; written by \`npm run measure -- numbers\`.`,
    "",
    "| what | measured |",
    "| --- | --- |",
    ...rows.map(([what, measured]) => `| ${what} | ${measured} |`),
    "",
    "A model of twice the size adds one 32-byte sibling to the Merkle proof and nothing else.",
    "",
  ].join("\n");
}
