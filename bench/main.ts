/**
 * What certificates cost, measured at tier nano on an embedded chain with the real verifiers:
 *
 *   npm run bench              tables
 *   npm run bench -- --json    one JSON object
 *
 * Gas for further changed tiles; gas and time for models of three sizes with the same tiles changed. Makes the tier's
 * development setup if there is none.
 */
import Table from "cli-table3";
import { createFfjavascriptBackend } from "../src/kernels/ffjavascript/backend.js";
import { encodeJson } from "../src/cli/json.js";
import { startEmbeddedChain } from "../src/node/embedded-chain.js";
import { openSetup } from "../src/node/open-setup.js";
import { loadRegistryContract, loadVerifierContract } from "../src/node/registry-contracts.js";
import { setupTier } from "../src/node/setup-tier.js";
import { ArtifactError } from "../src/errors/errors.js";
import { DriftRegistryClient } from "../src/registry/client.js";
import { deployRegistry } from "../src/registry/deploy.js";
import { measureCertify, type CertifyCost } from "./certify.js";

const CHANGED_TILES = [1, 5, 11, 13];
const MODEL_TILES = [13, 200, 3000];
const CHANGED_IN_MODELS = 5;

const setup = await openSetup("nano").catch(async (error: unknown) => {
  if (!(error instanceof ArtifactError)) throw error;
  await setupTier({ tier: "nano", mode: { kind: "dev" } });
  return openSetup("nano");
});
const backend = await createFfjavascriptBackend();
const chain = await startEmbeddedChain();
const publisher = await chain.provider.getSigner(0);
const { address } = await deployRegistry(publisher, {
  registry: loadRegistryContract(),
  verifiers: [{ tier: setup.tier, contract: await loadVerifierContract(setup) }],
  srs: setup.srs,
});
const bench = { setup, backend, registry: new DriftRegistryClient(address, chain.provider), publisher };

const byTiles: CertifyCost[] = [];
for (const tiles of CHANGED_TILES) byTiles.push(await measureCertify(bench, setup.tier.slots, tiles));
const bySize: CertifyCost[] = [];
for (const tiles of MODEL_TILES) {
  // A certificate is registered once: the one that both tables share is not measured again.
  const earlier = byTiles.find((cost) => cost.modelTiles === tiles && cost.changedTiles === CHANGED_IN_MODELS);
  bySize.push(earlier ?? (await measureCertify(bench, tiles, CHANGED_IN_MODELS)));
}

const [first, last] = [byTiles[0], byTiles.at(-1)];
const gasPerTile =
  first === undefined || last === undefined
    ? 0
    : Math.round(Number(last.gas - first.gas) / (last.changedTiles - first.changedTiles));

if (process.argv.includes("--json")) {
  console.log(encodeJson({ tier: setup.tier.name, byTiles, bySize, gasPerTile }));
} else {
  console.log(`Tier ${setup.tier.name}: certificates over more changed tiles of one model`);
  console.log(tableOf(byTiles));
  console.log(`Each further changed tile costs about ${gasPerTile.toLocaleString("en-US")} gas.\n`);
  console.log("The same tiles changed in models of three sizes");
  console.log(tableOf(bySize));
  console.log("A larger model adds one hash of 32 bytes to the Merkle proof for each doubling, and nothing else.");
}
await chain.close();
await backend.close();
process.exit();

function tableOf(costs: readonly CertifyCost[]): string {
  const table = new Table({
    head: ["tiles in the model", "tiles changed", "gas of certify", "calldata bytes", "verify ms", "prove ms"],
    colAligns: ["right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { modelTiles, changedTiles, gas, calldata, verifyMs, proveMs } of costs) {
    table.push(
      [modelTiles, changedTiles, gas, calldata, verifyMs, proveMs].map((value) => value.toLocaleString("en-US")),
    );
  }
  return table.toString();
}
