/** Writes every generated file that is in git. `npm run gen -- --help` explains it. */
import { readCommandLine } from "./command-line.js";
import { outdated, writeGenerated, type GeneratedFiles } from "./generated-files.js";

/** In an order in which each can rest on those before it. */
const PARTS: Readonly<Record<string, () => Promise<GeneratedFiles>>> = {
  constants: async () => (await import("./generate-constants.js")).constantsFiles(),
  abi: async () => (await import("./generate-abi.js")).abiFiles(),
  vectors: async () => (await import("./generate-vectors.js")).vectorsFiles(),
  "policy-schema": async () => (await import("./generate-policy-schema.js")).policySchemaFiles(),
  benchmarks: async () => (await import("./generate-benchmarks.js")).benchmarksFiles(),
  numbers: async () => (await import("./generate-numbers.js")).numbersFiles(),
};

const { options, positionals, refuse } = readCommandLine({
  command: "npm run gen --",
  does:
    "Writes the files that are generated from others and kept in git: the constants of circom and\n" +
    "Solidity, the registry's ABI, the vectors of the three verifiers, the JSON Schema of policies,\n" +
    "docs/benchmarks.md from docs/benchmarks.json, and the README's numbers from docs/numbers.json.",
  positionals: [{ name: "[PART…]", does: `only these of ${Object.keys(PARTS).join(", ")}` }],
  options: { check: { type: "boolean", does: "write nothing; exit 1 when a file would change" } },
  example: "npm run gen -- --check constants abi",
});

const unknown = positionals.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) refuse(`there is no part ${unknown}`);
for (const [name, generate] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const files = await generate();
  if (!options.check) {
    for (const path of await writeGenerated(files)) console.log(`wrote ${path}`);
    continue;
  }
  for (const path of await outdated(files)) {
    console.error(`${path} is not what its sources generate: run npm run gen`);
    process.exitCode = 1;
  }
}
