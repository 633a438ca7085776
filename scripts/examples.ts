import { availableParallelism } from "node:os";
import { createWasmBackend } from "../src/kernels/wasm/backend.js";
import { startEmbeddedChain } from "../src/node/embedded-chain.js";
import { createKernelThreads } from "../src/node/kernel-threads.js";
import type { Setup } from "../src/node/open-setup.js";
import { openOrMakeSetup } from "../src/node/open-or-make-setup.js";
import type { TierName } from "../src/protocol/tiers.js";
import { readCommandLine } from "./command-line.js";
import { EXAMPLES } from "./examples/catalog.js";
import { runExample, type ExampleReport } from "./examples/run-example.js";
import { EXAMPLES_SETUP } from "./examples/setups.js";
import { setStage } from "./examples/stage.js";
import { examplesTable } from "./examples/table.js";

const { options, positionals, refuse } = readCommandLine({
  command: "npm run examples --",
  does:
    "Takes real fine-tunes all the way: what each looks like, a certificate of what is true of it in a\n" +
    "registry, and the refusal of what is not, before proving and by the three verifiers. Prints one\n" +
    "table. Setups are INSECURE ones of a known seed, kept under build/examples-artifacts.",
  positionals: [{ name: "[PATTERN]", does: "only examples with this in their names" }],
  options: { json: { type: "boolean", does: "print the reports as JSON" } },
  example: "npm run examples -- lora",
});
const [pattern = ""] = positionals;
const examples = EXAMPLES.filter(({ name }) => name.toLowerCase().includes(pattern.toLowerCase()));
if (examples.length === 0) refuse(`no example has "${pattern}" in its name`);
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const setups = new Map<TierName, Setup>();
for (const tier of new Set(examples.map((example) => example.tier))) {
  say(`… setup of tier ${tier} (INSECURE, for examples only)`);
  setups.set(tier, await openOrMakeSetup(tier, EXAMPLES_SETUP));
}
const pool = await createKernelThreads({ jobs: availableParallelism() });
const chain = await startEmbeddedChain();
const reports: ExampleReport[] = [];
try {
  say("… compile (some 15 s) and deploy the contracts");
  const stage = await setStage(setups, createWasmBackend(pool), chain.provider);
  for (const example of examples) {
    say(`… ${example.name}`);
    reports.push(await runExample(example, stage));
  }
} finally {
  await chain.close();
  await pool.close();
}
const bigintsAsText = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
const output = options.json ? JSON.stringify(reports, bigintsAsText, 2) : examplesTable(reports);
// snarkjs leaves threads behind.
process.stdout.write(`${output}\n`, () => process.exit());
