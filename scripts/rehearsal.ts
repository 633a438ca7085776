import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { createWasmBackend } from "../src/kernels/wasm/backend.js";
import { createKernelThreads } from "../src/node/kernel-threads.js";
import { connectRpc } from "../src/node/rpc.js";
import { DriftRegistryClient } from "../src/registry/client.js";
import { openOrMakeSetup } from "../src/node/open-or-make-setup.js";
import { readCommandLine } from "./command-line.js";
import { EXAMPLES_SETUP } from "./examples/setups.js";
import { startAnvil } from "./rehearsal/anvil.js";
import { deployAsOperator, refusesDevelopmentKeys } from "./rehearsal/deploy.js";
import { publishGenerations } from "./rehearsal/generations.js";
import { showPage } from "./rehearsal/page.js";

/** Nobody's chain, and no local one: development keys are refused on it unless told twice. */
const CHAIN_ID = 17_077_000;

const { options } = readCommandLine({
  command: "npm run rehearsal --",
  does:
    "A testnet in small: starts a fresh anvil whose chain id is not a local one, deploys as an operator does,\n" +
    "publishes a base, its LoRA fine-tune and a sparse edit of that with real proofs, and prints their\n" +
    "lineage. Setups are INSECURE ones of a known seed.",
  options: {
    page: { type: "boolean", does: "then serve the explorer page on the registry until interrupted" },
    screenshot: {
      type: "string",
      value: "FILE",
      does: "save a picture of the youngest model's page (needs FTI_CHROMIUM)",
    },
    json: { type: "boolean", does: "print the deployment and the lineage as JSON" },
  },
  example: "npm run rehearsal -- --page",
});
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

say("… setup of tier medium (INSECURE, for rehearsals only)");
const setup = await openOrMakeSetup("medium", EXAMPLES_SETUP);
const anvil = await startAnvil(CHAIN_ID);
const folder = await mkdtemp(join(tmpdir(), "fti-rehearsal-"));
const pool = await createKernelThreads({ jobs: availableParallelism() });
try {
  say(`… deploy to ${anvil.url}, first without, then with --confirm-chain`);
  if (!(await refusesDevelopmentKeys(anvil.url, folder))) throw new Error("development keys were not refused");
  const deployment = await deployAsOperator(anvil.url, CHAIN_ID, folder);
  const { provider } = await connectRpc(anvil.url);
  const registry = new DriftRegistryClient(deployment.registry, provider, { deployedAt: deployment.block });
  const published = await publishGenerations(
    setup,
    createWasmBackend(pool),
    registry,
    await provider.getSigner(0),
    say,
  );

  const [oldest, youngest] = [published[0], published.at(-1)];
  if (oldest === undefined || youngest === undefined) throw new Error("nothing was published");
  const ancestors = await registry.ancestors(youngest.modelId);
  const drift = await registry.driftFrom(youngest.modelId, oldest.modelId);
  if (options.json) {
    const text = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
    process.stdout.write(`${JSON.stringify({ deployment, published, ancestors, drift }, text, 2)}\n`);
  } else {
    const table = new Table({ head: ["generation", "model", "certificate"] });
    for (const { name, modelId, certificateId } of published) table.push([name, modelId, certificateId ?? "–"]);
    const changed = drift.reduce((sum, { tileCount }) => sum + tileCount, 0);
    const ranks = Math.max(...drift.map(({ maxRank }) => maxRank ?? Infinity));
    process.stdout.write(
      `${table.toString()}\nThe youngest has ${ancestors.length} ancestors; from the oldest, at most ${changed} tiles differ, ` +
        `by rank ${ranks} and 200 single weights.\n`,
    );
  }
  if (options.page || options.screenshot !== undefined) {
    await showPage(deployment, anvil.url, youngest.modelId, {
      screenshot: options.screenshot,
      stays: options.page,
    });
  }
  provider.destroy();
} finally {
  await pool.close();
  await anvil.close();
  await rm(folder, { recursive: true, force: true });
}
// snarkjs leaves threads behind.
process.exit();
